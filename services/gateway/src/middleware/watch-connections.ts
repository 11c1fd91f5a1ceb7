import type { Server, Socket } from 'node:net';

/** The connections of a server. */
export type Connections = {
  /** Closes connections that have received no byte. */
  endSilent(): void;
};

/**
 * Watches the connections of a server. Browsers, and `fetch` after an abort, open some connections before they have a
 * request. Node treats such connections as busy until the time limit for headers has passed, so they would delay the
 * stop of a server.
 */
export function watchConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    endSilent() {
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}
