import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** Passes connections on to a port of this machine; one that has carried so many bytes there stands still until `goOn`. */
export async function startSlowLine(target: number, bytes: number) {
  const held: (() => void)[] = [];
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    let carried = 0;
    client.on('data', (piece) => {
      carried += piece.length;
      server.write(piece);
      if (carried < bytes) return;
      client.pause();
      held.push(() => client.resume());
      carried = Number.NEGATIVE_INFINITY;
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
    port: (proxy.address() as AddressInfo).port, // it listens on TCP
    held: () => held.length,
    goOn: () => held.splice(0).forEach((resume) => void resume()),
    stop: () => new Promise<void>((resolve) => void proxy.close(() => resolve())),
  };
}
