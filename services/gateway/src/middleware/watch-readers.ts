import type { Server, Socket } from 'node:net';

/** `looks` is the number of consecutive checks in which the client had read nothing new. */
type Reader = { taken: number; looks: number };

const mostBetweenLooksMs = 1000;
const leastLooks = 4;

/**
 * Closes connections whose client reads nothing of a response for `timeoutMs`, because data that was written but not
 * read stays in memory. A response is written in slices of 64 KiB, so a client must read that much within this time. A
 * stall of this process counts as only one check, however long it is, because no client can read anything during the
 * stall.
 */
export function watchReaders(server: Server, timeoutMs: number): { stop(): void } {
  const readers = new Map<Socket, Reader>();
  server.on('connection', (socket) => {
    readers.set(socket, { taken: 0, looks: 0 });
    socket.once('close', () => readers.delete(socket));
  });
  const betweenLooksMs = Math.min(mostBetweenLooksMs, timeoutMs / leastLooks);
  const watching = setInterval(look, betweenLooksMs).unref();

  function look(): void {
    for (const [socket, reader] of readers) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || taken !== reader.taken) Object.assign(reader, { taken, looks: 0 });
      else reader.looks += 1;
      if (reader.looks * betweenLooksMs > timeoutMs) socket.destroy();
    }
  }

  return { stop: () => clearInterval(watching) };
}
