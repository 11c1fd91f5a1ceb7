import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The ports of a process. `publicPort` accepts connections, and `opsPort` responds to readiness probes. */
export type Backend = { publicPort: number; opsPort: number };

type Member = { backend: Backend; failures: number };

/** Spreads connections over several processes, as a Kubernetes Service does. */
export type Balancer = {
  url: string;
  /** Adds a process. It gets connections while it is ready. */
  add(backend: Backend): void;
  stop(): Promise<void>;
};

const probeEveryMs = 100;
const probeTimeoutMs = 1000;
/**
 * Number of successive failed probes after which a process is not ready. A single failed probe has no effect, as in the
 * readiness probe of the chart.
 */
const failureThreshold = 2;

/**
 * Starts a balancer. New connections are spread over the ready processes. An open connection stays with its process.
 */
export async function startBalancer(): Promise<Balancer> {
  const members: Member[] = [];
  const probing: Promise<void>[] = [];
  const sockets = new Set<Socket>();
  const stopped = new AbortController();
  let turn = 0;

  /**
   * Probes each process independently, so that a late response of one process does not delay the removal of another.
   */
  async function probe(member: Member): Promise<void> {
    while (!stopped.signal.aborted) {
      member.failures = (await isReady(member.backend)) ? 0 : member.failures + 1;
      await sleep(probeEveryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  const server = createServer((client) => {
    const ready = members.filter(({ failures }) => failures < failureThreshold);
    const member = ready[turn++ % ready.length];
    if (member === undefined) return void client.resetAndDestroy();
    const behind = connect(member.backend.publicPort, '127.0.0.1');
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(from);
      from.on('close', () => {
        sockets.delete(from);
        to.destroySoon();
      });
      // A reset by one side also resets the other side, as the address translation of a node does.
      from.on('error', () => to.resetAndDestroy());
      from.setNoDelay(true);
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add(backend) {
      // A process is not ready before its first response.
      const member = { backend, failures: failureThreshold };
      members.push(member);
      probing.push(probe(member));
    },
    async stop() {
      stopped.abort();
      for (const socket of sockets) socket.destroy();
      server.close();
      await Promise.all([...probing, once(server, 'close')]);
    },
  };
}

async function isReady({ opsPort }: Backend): Promise<boolean> {
  return fetch(`http://127.0.0.1:${opsPort}/ready`, { signal: AbortSignal.timeout(probeTimeoutMs) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
