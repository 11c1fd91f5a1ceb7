import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Answers every name with the addresses it has at the moment, as the name of a headless Service does. */
export type NameServer = { port: number; addresses: string[]; stop(): Promise<void> };

const typeA = 1;
const headerBytes = 12;
/** A response to a recursive query, without an error. */
const flags = 0x8180;

/** DNS over UDP, of the addresses only (RFC 1035, section 4). */
export async function startNameServer(addresses: string[]): Promise<NameServer> {
  const socket = createSocket('udp4');
  const server = { port: 0, addresses, stop: async () => void (await new Promise<void>((end) => socket.close(end))) };
  socket.on('message', (query, from) => socket.send(answerTo(query, server.addresses), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  server.port = socket.address().port;
  return server;
}

function answerTo(query: Buffer, addresses: readonly string[]): Buffer {
  // The name is a list of labels that an empty one ends; type and class follow.
  const questionEnd = query.indexOf(0, headerBytes) + 5;
  const isA = query.readUInt16BE(questionEnd - 4) === typeA;
  const records = (isA ? addresses : []).map((address) =>
    // Name as in the question, type, class, no time to live, four bytes.
    Buffer.from([0xc0, headerBytes, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  for (const [index, value] of [flags, 1, records.length].entries()) header.writeUInt16BE(value, 2 + index * 2);
  return Buffer.concat([header, query.subarray(headerBytes, questionEnd), ...records]);
}
