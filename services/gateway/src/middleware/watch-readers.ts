import type { Server, Socket } from 'node:net';

type Reader = { taken: number; at: number };

/**
 * Ends connections whose client takes nothing of an answer for `timeoutMs`: what is written for it stays in memory. An answer
 * is written in slices of 64 KiB, so a client has to take as much within that time.
 */
export function watchReaders(server: Server, timeoutMs: number): { stop(): void } {
  const readers = new Map<Socket, Reader>();
  server.on('connection', (socket) => {
    readers.set(socket, { taken: 0, at: performance.now() });
    socket.once('close', () => readers.delete(socket));
  });
  const watching = setInterval(look, Math.min(1000, timeoutMs / 4)).unref();

  function look(): void {
    const now = performance.now();
    for (const [socket, reader] of readers) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || taken !== reader.taken) Object.assign(reader, { taken, at: now });
      else if (now - reader.at > timeoutMs) socket.destroy();
    }
  }

  return { stop: () => clearInterval(watching) };
}
