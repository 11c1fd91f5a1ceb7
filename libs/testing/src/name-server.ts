import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * A response: addresses, TXT records (each as a list of its pieces), a response code of RFC 1035 (the name does not
 * exist, or the server failed), or silence.
 */
export type NameAnswer =
  | readonly string[]
  | { txt: readonly (readonly string[])[] }
  | 'NXDOMAIN'
  | 'SERVFAIL'
  | 'silence';

/** A name server on this machine. `asked` has the names of the queries for IPv4 addresses, in order. */
export type NameServer = { port: number; asked: string[]; stop(): Promise<void> };

const typeA = 1;
const typeTxt = 16;
const headerBytes = 12;
/** A response to a recursive query, without an error. */
const flags = 0x8180;
const codes = { NXDOMAIN: 3, SERVFAIL: 2 };

/** Starts a DNS server over UDP, for IPv4 addresses and TXT records only (RFC 1035, section 4). */
export async function startNameServer(answerOf: (name: string) => NameAnswer): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const question = readQuestion(query);
    if (question.type === typeA) asked.push(question.name);
    const answer = answerOf(question.name);
    if (answer !== 'silence') socket.send(encode(query, question, answer), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const stop = () => new Promise<void>((end) => socket.close(() => end()));
  return { port: socket.address().port, asked, stop };
}

type Question = { name: string; type: number; end: number };

/** Reads the question of a query. The name is a list of labels that ends with an empty label; type and class follow. */
function readQuestion(query: Buffer): Question {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function encode(query: Buffer, { type, end }: Question, answer: Exclude<NameAnswer, 'silence'>): Buffer {
  const records = dataOf(type, answer).map((data) => {
    // A pointer to the name in the question, then type, class, and a time to live of 0.
    const head = Buffer.from([0xc0, headerBytes, 0, type, 0, 1, 0, 0, 0, 0, 0, 0]);
    head.writeUInt16BE(data.length, head.length - 2);
    return Buffer.concat([head, data]);
  });
  const code = typeof answer === 'string' ? codes[answer] : 0;
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  for (const [index, value] of [flags + code, 1, records.length].entries()) header.writeUInt16BE(value, 2 + index * 2);
  return Buffer.concat([header, query.subarray(headerBytes, end), ...records]);
}

/** Returns the data of the records of the requested type. */
function dataOf(type: number, answer: Exclude<NameAnswer, 'silence'>): Buffer[] {
  if (typeof answer === 'string') return [];
  if ('txt' in answer) return type === typeTxt ? answer.txt.map(pieces) : [];
  return type === typeA ? answer.map((address) => Buffer.from(address.split('.').map(Number))) : [];
}

/** Encodes a TXT record: pieces of up to 255 bytes, each after its length. */
function pieces(texts: readonly string[]): Buffer {
  return Buffer.concat(texts.map((text) => Buffer.from([text.length, ...Buffer.from(text, 'latin1')])));
}
