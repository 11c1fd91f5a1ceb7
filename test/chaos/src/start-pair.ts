import { startFaultProxy } from '@drippulse/testing';
import type { ProcessOptions } from './clients.ts';
import type { Node } from './faults.ts';
import { addressesOf, type Places } from './places.ts';
import { startRuntime } from './runtime.ts';
import type { Servers } from './servers.ts';

/** The program that each kind of process runs. */
const programs = {
  integrators: 'integrator-process.ts',
  agents: 'agent-process.ts',
  crm: 'crm-process.ts',
  billing: 'billing-process.ts',
} as const;

/**
 * Starts two processes of a service that other services call. Each has its own proxy between the process and the
 * database.
 */
export async function startPair(
  servers: Servers,
  o: {
    names: readonly string[];
    kind: keyof typeof programs;
    configOf(options: ProcessOptions): object;
    opened: { stop(): unknown }[];
    places: Places;
  },
): Promise<Node[]> {
  const { names, kind, configOf, opened, places } = o;
  const pair: Node[] = [];
  for (const [index, name] of names.entries()) {
    const proxy = await startFaultProxy({ port: Number(new URL(servers.postgresUrl).port) });
    opened.push(proxy);
    const config = configOf({
      databaseUrl: proxy.through(servers.postgresUrl),
      kafkaBrokers: servers.kafka.brokers,
      addresses: addressesOf(places),
      grpcPort: places[kind][index] ?? 0,
    });
    const ignore = () => undefined;
    const { folder } = servers;
    const runtime = startRuntime({
      name,
      program: programs[kind],
      config,
      folder,
      onStall: ignore,
      onConnection: ignore,
    });
    opened.push(runtime);
    pair.push({ runtime, proxy });
  }
  for (const { runtime } of pair) await runtime.untilReady();
  return pair;
}
