import { freePort } from '@drippulse/servers';
import { startFaultProxy } from '@drippulse/testing';
import { createRuntimeClient, type RuntimeClient, runtimeConfig } from './clients.ts';
import type { Node } from './faults.ts';
import type { History } from './history.ts';
import { startRuntime } from './runtime.ts';
import type { Servers } from './servers.ts';

/** The runtimes. */
export const names = ['a', 'b'];
/** Leases of runs. A frozen process must lose its own within seconds. */
export const leaseMs = 3_000;
/** What a stall of the machine is called among the faults. */
export const stall = 'stall';

/** Two processes, each with a proxy of its own before the database. */
export async function startNodes(
  servers: Servers,
  { history, opened, smtpUrl }: { history: History; opened: { stop(): unknown }[]; smtpUrl: string },
) {
  const nodes: Node[] = [];
  const clients: RuntimeClient[] = [];
  for (const name of names) {
    const proxy = await startFaultProxy({ port: Number(new URL(servers.postgresUrl).port) });
    opened.push(proxy);
    const grpcPort = await freePort();
    const client = createRuntimeClient(name, grpcPort);
    opened.push({ stop: () => client.close() });
    const { brokers: kafkaBrokers } = servers.kafka;
    const databaseUrl = proxy.through(servers.postgresUrl);
    const runtime = startRuntime({
      name,
      program: 'runtime-process.ts',
      config: runtimeConfig({ databaseUrl, kafkaBrokers, grpcPort, leaseMs, smtpUrl }),
      folder: servers.folder,
      onStall: (ms) => addStall(history, ms, [name]),
      onConnection: (port) => history.connections.push({ port, name, at: Date.now() }),
    });
    opened.push(runtime);
    nodes.push({ runtime, proxy });
    clients.push(client);
  }
  for (const { runtime } of nodes) await runtime.untilReady();
  return { nodes, clients };
}

/** The machine itself stopped these processes until now. */
export function addStall({ faults }: History, ms: number, victims: readonly string[]): void {
  const to = Date.now();
  faults.push({ name: stall, from: to - ms, to, victims, met: true });
}
