import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Returns the TCP port of a listening server. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a TCP port');
  return address.port;
}

/**
 * The range is below the ports of outgoing connections, which could otherwise take a port in the meantime, and below
 * the ports that layouts use.
 */
const range = { from: 11_000, to: 15_000 };
let next = randomInt(range.from, range.to);

/** Returns a port of 127.0.0.1 that was free a moment ago. It may be taken again before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port + 1 < range.to ? port + 1 : range.from;
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
