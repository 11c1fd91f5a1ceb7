import type { Socket } from 'node:net';
import type { Round } from '../attack.ts';

/** Counts the status of an answer when its first bytes arrive. All further bytes are read and discarded. */
export function countAnswer(socket: Socket, count: Round['count']): void {
  socket.once('data', (bytes: Buffer) => count(`answered ${statusOf(bytes)}`));
}

/** Returns the three digits of the status, which follow the version of HTTP. */
export function statusOf(bytes: Buffer): string {
  return bytes.toString('latin1', 9, 12);
}
