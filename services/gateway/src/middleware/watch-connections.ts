import type { Server, Socket } from 'node:net';

/** The connections of a server. */
export type Connections = {
  /** Ends those on which not a byte has come. */
  endSilent(): void;
};

/**
 * Watches the connections of a server. Clients open some ahead of their requests, browsers as well as `fetch` after an
 * abort. Node takes these for busy ones until their headers are late, so they would hold a server that stops.
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
