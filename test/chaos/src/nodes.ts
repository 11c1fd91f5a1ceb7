import { startFaultProxy } from '@drippulse/testing';
import { createRuntimeClient, type RuntimeClient, runtimeConfig } from './clients.ts';
import type { Node } from './faults.ts';
import type { History } from './history.ts';
import { addressesOf, type Places } from './places.ts';
import { startRuntime } from './runtime.ts';
import type { Servers } from './servers.ts';

/** The runtimes. */
export const names = ['a', 'b'];
/**
 * Duration of run leases. It is short, because a frozen process must lose its leases within seconds. It is not shorter,
 * because a process on a busy machine must not lose its leases: its effects would then be repeated without a fault.
 */
export const leaseMs = 6_000;
/** The name under which a stall of the machine is listed among the faults. */
export const stall = 'stall';

/** Starts two processes, each with its own proxy between the process and the database. */
export async function startNodes(
  servers: Servers,
  o: { history: History; opened: { stop(): unknown }[]; smtpUrl: string; places: Places },
) {
  const { history, opened, smtpUrl, places } = o;
  const addresses = addressesOf(places);
  const nodes: Node[] = [];
  const clients: RuntimeClient[] = [];
  for (const [index, name] of names.entries()) {
    const proxy = await startFaultProxy({ port: Number(new URL(servers.postgresUrl).port) });
    opened.push(proxy);
    const grpcPort = places.runtimes[index] ?? 0;
    const client = createRuntimeClient(name, grpcPort);
    opened.push({ stop: () => client.close() });
    const { brokers: kafkaBrokers } = servers.kafka;
    const databaseUrl = proxy.through(servers.postgresUrl);
    const runtime = startRuntime({
      name,
      program: 'runtime-process.ts',
      config: runtimeConfig({ databaseUrl, kafkaBrokers, addresses, grpcPort, leaseMs, smtpUrl }),
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

/** Records that the machine itself stopped these processes for `ms`, until now. */
export function addStall({ faults }: History, ms: number, victims: readonly string[]): void {
  const to = Date.now();
  faults.push({ name: stall, from: to - ms, to, victims, met: true });
}
