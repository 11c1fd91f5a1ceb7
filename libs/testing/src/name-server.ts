import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * Addresses, the response codes of RFC 1035 for a name that does not exist and for a server that failed, or nothing at
 * all.
 */
export type NameAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence';

/** A name server on this machine. `asked` has the names of the queries for IPv4 addresses, in turn. */
export type NameServer = { port: number; asked: string[]; stop(): Promise<void> };

const typeA = 1;
const headerBytes = 12;
/** A response to a recursive query, without an error. */
const flags = 0x8180;
const codes = { NXDOMAIN: 3, SERVFAIL: 2 };

/** DNS over UDP, of IPv4 addresses only (RFC 1035, section 4). */
export async function startNameServer(answerOf: (name: string) => NameAnswer): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const question = readQuestion(query);
    if (question.isA) asked.push(question.name);
    const answer = answerOf(question.name);
    if (answer !== 'silence') socket.send(encode(query, question, answer), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const stop = () => new Promise<void>((end) => socket.close(() => end()));
  return { port: socket.address().port, asked, stop };
}

type Question = { name: string; isA: boolean; end: number };

/** The name is a list of labels that an empty one ends; type and class follow. */
function readQuestion(query: Buffer): Question {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), isA: query.readUInt16BE(at + 1) === typeA, end: at + 5 };
}

function encode(query: Buffer, { isA, end }: Question, answer: Exclude<NameAnswer, 'silence'>): Buffer {
  const addresses = isA && typeof answer !== 'string' ? answer : [];
  const records = addresses.map((address) =>
    // Name as in the question, type, class, no time to live, four bytes.
    Buffer.from([0xc0, headerBytes, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  const code = typeof answer === 'string' ? codes[answer] : 0;
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  for (const [index, value] of [flags + code, 1, records.length].entries()) header.writeUInt16BE(value, 2 + index * 2);
  return Buffer.concat([header, query.subarray(headerBytes, end), ...records]);
}
