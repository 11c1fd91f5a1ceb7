import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Starts a proxy that can fail, in front of a database. `forward` returns the URL through the proxy. */
export async function startProxy() {
  let target = { host: '', port: 0 };
  let isBroken = false;
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    if (isBroken) return incoming.destroy();
    const outgoing = connect(target);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const breakOff = () => {
    isBroken = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    async forward(url: string): Promise<string> {
      const address = new URL(url);
      target = { host: address.hostname, port: Number(address.port) };
      address.host = `127.0.0.1:${port}`;
      return address.href;
    },
    breakOff,
    restore() {
      isBroken = false;
    },
    async stop() {
      breakOff();
      server.close();
      await once(server, 'close');
    },
  };
}
