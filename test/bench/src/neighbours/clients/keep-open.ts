import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Round } from '../attack.ts';

const pauseMs = 1_000;

/** Keeps a connection open until the end of the round. A second after the connection has closed, opens the next one. */
export async function keepOpen({ signal }: Round, open: () => Socket): Promise<void> {
  while (!signal.aborted) {
    const socket = open();
    const end = () => void socket.destroy();
    signal.addEventListener('abort', end, { once: true });
    // `once` rejects when the socket fails, for example because the platform resets the connection.
    await once(socket, 'close').catch(() => undefined);
    signal.removeEventListener('abort', end);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
