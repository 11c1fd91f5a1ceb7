import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Forwards connections to a local port. Calls `watch` for each connection. The function that `watch` returns is called
 * with each piece that the client sends.
 */
export async function startWatchedLine(target: number, watch: (client: Socket) => (piece: Buffer) => void) {
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    const watched = watch(client);
    client.on('data', (piece) => {
      server.write(piece);
      watched(piece);
    });
    server.on('data', (piece) => client.write(piece));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => other.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port, // `address()` returns an AddressInfo for a server that listens on TCP
    stop: () => new Promise<void>((resolve) => void proxy.close(() => resolve())),
  };
}
