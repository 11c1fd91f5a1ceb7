import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '@drippulse/servers';

/**
 * The point at which a connection is cut. `before`: the bytes of the client do not arrive. `after`: they arrive and are
 * carried out, but the client gets no response.
 */
export type CutPoint = 'before' | 'after';

/**
 * The kind of a server's failure. `cut`: its connections break, and new connections are closed immediately.
 * `swallowed`: connections stay open and new ones can be opened, but no more bytes arrive in either direction.
 * `half_open`: the server has forgotten the open connections, and their clients are not notified; new connections work.
 * `slow`: each piece of data arrives 50 ms later.
 */
export type Fault = 'cut' | 'swallowed' | 'half_open' | 'slow';

/** A TCP proxy on 127.0.0.1 that breaks connections on request. */
export type FaultProxy = {
  port: number;
  /** Returns the address through this proxy. */
  through(url: string): string;
  /**
   * Cuts the next connection whose client sends these bytes. Returns true once the connection is cut; false when no
   * client sent the bytes within `timeoutMs`. Each piece is searched as it arrives, so use bytes that are sent
   * together.
   */
  cutAt(bytes: string, point: CutPoint, timeoutMs: number): Promise<boolean>;
  /** Breaks every open connection. */
  cutAll(): void;
  /** Makes the server fail with this fault until `heal`. */
  fail(fault: Fault): void;
  /** Passes all bytes of new connections. Connections that lost bytes stay silent, as they would on a mended cable. */
  heal(): void;
  stop(): Promise<void>;
};

type Armed = { bytes: Buffer; point: CutPoint; done(): void };
type Link = { client: Socket; server: Socket; cutOnAnswer?: () => void; isSilent?: boolean };

/** Delay in each direction. It is shorter than every deadline. */
const slowMs = 50;

/** Starts a proxy in front of a server of this machine. */
export async function startFaultProxy(target: { port: number }): Promise<FaultProxy> {
  const links = new Set<Link>();
  let armed: Armed | undefined;
  let fault: Fault | undefined;

  const proxy = createServer((client) => {
    if (fault === 'cut') {
      client.destroy();
      return;
    }
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
    carry(link, link.client, link.server, piece);
  }

  function fromServer(link: Link, piece: Buffer): void {
    if (link.cutOnAnswer === undefined) {
      carry(link, link.server, link.client, piece);
      return;
    }
    cut(link);
    link.cutOnAnswer();
  }

  function carry(link: Link, from: Socket, to: Socket, piece: Buffer): void {
    if (fault === 'swallowed') link.isSilent = true;
    if (link.isSilent) return;
    // Timers with equal delays end in order, so the pieces stay in order.
    if (fault === 'slow') setTimeout(pass, slowMs, from, to, piece);
    else pass(from, to, piece);
  }

  function cut(link: Link): void {
    // The client of a half-open connection is not notified that the server has gone.
    if (link.isSilent && !link.client.destroyed) return;
    links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }

  function cutAll(): void {
    for (const link of links) {
      link.isSilent = false;
      cut(link);
    }
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
    cutAll,
    fail(way) {
      fault = way;
      if (way === 'cut') cutAll();
      if (way !== 'half_open') return;
      for (const link of links) {
        link.isSilent = true;
        link.server.destroy();
      }
    },
    heal() {
      fault = undefined;
    },
    async stop() {
      const closed = once(proxy, 'close');
      proxy.close();
      cutAll();
      await closed;
    },
  };
}

/** Forwards bytes no faster than the other side reads them. */
function pass(from: Socket, to: Socket, piece: Buffer): void {
  if (to.destroyed || to.write(piece)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
