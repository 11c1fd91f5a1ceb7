import { connect, type Socket } from 'node:net';
import type { Place } from '../attack.ts';

/** A request whose remaining bytes the caller sends. */
export type Opened = {
  method: string;
  /** Path below the base of the API. */
  path: string;
  /** Credential of the caller; absent for a caller without a credential. */
  token?: string;
  /** Lines of the head in addition to host and credential. */
  lines?: readonly string[];
  /** IP address of this machine from which the connection is opened. */
  from?: string;
};

/** Opens a connection of its own and sends the head of a request. */
export function openRequest({ base, port }: Place, { method, path, token, lines = [], from }: Opened): Socket {
  const socket = connect({ port, host: '127.0.0.1', ...(from !== undefined && { localAddress: from }) });
  // An attacker ignores how a connection ends.
  socket.on('error', () => undefined);
  const credential = token === undefined ? [] : [`Authorization: Bearer ${token}`];
  const head = [`${method} ${new URL(base).pathname}${path} HTTP/1.1`, 'Host: x', ...credential, ...lines];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return socket;
}
