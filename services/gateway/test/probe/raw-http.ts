import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Probe } from './start-probe.ts';

/** Opens a connection and writes bytes as they are, for requests that no client would make. */
export async function openSocket({ port }: Pick<Probe, 'port'>, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** Reads everything until the other side closes. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined); // a reset of the connection ends the reading too
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}
