import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '@drippulse/servers';

/**
 * The point at which a connection is cut. `before`: the bytes of the client do not arrive. `after`: they arrive and are
 * carried out, but the client gets no answer.
 */
export type CutPoint = 'before' | 'after';

/** A TCP proxy on 127.0.0.1 that breaks connections on request. */
export type FaultProxy = {
  port: number;
  /** The same address through this proxy. */
  through(url: string): string;
  /**
   * Cuts the next connection whose client sends these bytes. Returns true once it has; false when no client sent them
   * within `timeoutMs`. They are searched in each piece as it arrives, so use bytes that are sent together.
   */
  cutAt(bytes: string, point: CutPoint, timeoutMs: number): Promise<boolean>;
  /** Breaks every open connection. */
  cutAll(): void;
  stop(): Promise<void>;
};

type Armed = { bytes: Buffer; point: CutPoint; done(): void };
type Link = { client: Socket; server: Socket; cutOnAnswer?: () => void };

/** Starts a proxy in front of a server of this machine. */
export async function startFaultProxy(target: { port: number }): Promise<FaultProxy> {
  const links = new Set<Link>();
  let armed: Armed | undefined;

  const proxy = createServer((client) => {
    const link: Link = { client, server: connect({ host: '127.0.0.1', port: target.port }) };
    links.add(link);
    client.setNoDelay(true);
    link.server.setNoDelay(true);
    client.on('data', (piece) => fromClient(link, piece));
    link.server.on('data', (piece) => fromServer(link, piece));
    for (const socket of [client, link.server]) {
      socket.on('error', () => cut(link));
      socket.on('close', () => cut(link));
    }
  });

  function fromClient(link: Link, piece: Buffer): void {
    const met = armed && piece.includes(armed.bytes) ? armed : undefined;
    if (met !== undefined) armed = undefined;
    if (met?.point === 'before') {
      cut(link);
      met.done();
      return;
    }
    link.cutOnAnswer ??= met?.done;
    pass(link.client, link.server, piece);
  }

  function fromServer(link: Link, piece: Buffer): void {
    if (link.cutOnAnswer === undefined) {
      pass(link.server, link.client, piece);
      return;
    }
    cut(link);
    link.cutOnAnswer();
  }

  function cut(link: Link): void {
    links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }

  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const port = portOf(proxy);
  return {
    port,
    through(url) {
      const address = new URL(url);
      address.hostname = '127.0.0.1';
      address.port = String(port);
      return address.href;
    },
    cutAt(bytes, point, timeoutMs) {
      return new Promise((resolve) => {
        const wanted: Armed = { bytes: Buffer.from(bytes), point, done: () => answer(true) };
        const timer = setTimeout(() => answer(false), timeoutMs);
        const answer = (wasCut: boolean) => {
          clearTimeout(timer);
          if (armed === wanted) armed = undefined;
          resolve(wasCut);
        };
        armed = wanted;
      });
    },
    cutAll() {
      for (const link of links) cut(link);
    },
    async stop() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const link of links) cut(link);
      await closed;
    },
  };
}

/** Passes bytes on no faster than the other side takes them. */
function pass(from: Socket, to: Socket, piece: Buffer): void {
  if (to.write(piece)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
