import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultProxy, freePort, startFaultProxy } from '@drippulse/testing';
import pg from 'pg';
import { checks } from './checks/index.ts';
import { createRuntimeClient, type RuntimeClient, runtimeConfig } from './clients.ts';
import { startEndpoint } from './endpoint.ts';
import { readFacts } from './facts.ts';
import { faultKinds, type Target } from './faults.ts';
import type { Fault, History } from './history.ts';
import { startLoad } from './load.ts';
import { createRandom } from './random.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import type { Servers } from './servers.ts';
import { makeWorkflows } from './workflows.ts';

/** What came of a chaos run. */
export type Outcome = {
  seed: number;
  enrollments: number;
  lines: number;
  effects: number;
  /** Requests at the receiver beyond one for each effect. */
  repeats: number;
  events: number;
  /** How often each fault was inflicted, and how often it came to what its name says. */
  faults: Record<string, { inflicted: number; met: number }>;
  /** How often a process was held by the machine itself for half a second or more, which no seed decides. */
  stalls: number;
  /** Promises and what speaks against them. */
  promises: { promise: string; violations: string[] }[];
};

const leaseMs = 2_500;
const drainMs = 90_000;
const stall = 'stall';

/**
 * Breaks two runtimes and their servers under load until `seconds` are over, each kind of fault once at least, lets
 * everything come to its end, and checks the promises. Stops the servers.
 */
export async function runChaos(options: {
  servers: Servers;
  seed: number;
  seconds: number;
  onProgress?(line: string): void;
}): Promise<Outcome> {
  const { servers, seed, seconds, onProgress = () => undefined } = options;
  const endpoint = await startEndpoint(seed);
  const history: History = { faults: [], calls: [], receipts: endpoint.receipts, published: servers.published };
  const opened: { stop(): unknown }[] = [];
  try {
    const workflows = makeWorkflows(seed, endpoint.url);
    const { runtimes, proxies, clients } = await startRuntimes(servers, history.faults, opened);
    const load = await startLoad({ seed, workflows, clients, calls: history.calls });
    const target = { runtimes, proxies, servers, leaseMs };
    const met = await inflictAll(target, { seed, seconds, faults: history.faults, onProgress });
    await load.stop();
    for (const runtime of runtimes) await runtime.untilReady();
    await untilDrained(servers, history);
    const facts = await readFacts(servers.postgresUrl);
    return {
      seed,
      enrollments: facts.enrollments.length,
      lines: facts.enrollments.reduce((sum, row) => sum + row.lines, 0),
      effects: facts.effects.length,
      repeats: history.receipts.length - facts.effects.length,
      events: history.published.size,
      faults: met,
      stalls: history.faults.filter((fault) => fault.name === stall).length,
      promises: checks.map(({ promise, violations }) => ({
        promise,
        violations: violations({ workflows, history, facts }),
      })),
    };
  } finally {
    for (const part of opened.reverse()) await part.stop();
    await endpoint.stop();
    await servers.stop();
  }
}

/** Two processes, each with a proxy of its own before the database. */
async function startRuntimes(servers: Servers, faults: Fault[], opened: { stop(): unknown }[]) {
  const runtimes: Runtime[] = [];
  const proxies: FaultProxy[] = [];
  const clients: RuntimeClient[] = [];
  for (const name of ['a', 'b']) {
    const proxy = await startFaultProxy({ port: Number(new URL(servers.postgresUrl).port) });
    opened.push(proxy);
    const grpcPort = await freePort();
    const client = createRuntimeClient(grpcPort);
    opened.push({ stop: () => client.close() });
    const { brokers: kafkaBrokers } = servers.kafka;
    const databaseUrl = proxy.through(servers.postgresUrl);
    const runtime = startRuntime({
      name,
      config: runtimeConfig({ databaseUrl, kafkaBrokers, grpcPort, leaseMs }),
      logFile: path.join(servers.folder, `runtime-${name}.log`),
      onStall(ms) {
        const to = Date.now();
        faults.push({ name: stall, from: to - ms, to, losesResults: true });
      },
    });
    opened.push(runtime);
    proxies.push(proxy);
    clients.push(client);
    runtimes.push(runtime);
  }
  for (const runtime of runtimes) await runtime.untilReady();
  return { runtimes, proxies, clients };
}

async function inflictAll(
  target: Target,
  options: { seed: number; seconds: number; faults: Fault[]; onProgress(line: string): void },
): Promise<Outcome['faults']> {
  const { seed, seconds, faults, onProgress } = options;
  const random = createRandom(seed, 'faults');
  const counts: Outcome['faults'] = {};
  const end = Date.now() + seconds * 1_000;
  do {
    for (const { name, losesResults, inflict } of random.shuffle(faultKinds)) {
      await sleep(random.between(200, 800));
      const from = Date.now();
      const met = await inflict(target, random);
      faults.push({ name, from, to: Date.now(), losesResults });
      onProgress(`${name}${met ? '' : ' (did not come to it)'}`);
      const count = counts[name] ?? { inflicted: 0, met: 0 };
      counts[name] = { inflicted: count.inflicted + 1, met: count.met + Number(met) };
    }
  } while (Date.now() < end);
  return counts;
}

/** Until nothing is under way any more; what is left after that is for the checker to tell. */
async function untilDrained(servers: Servers, history: History): Promise<void> {
  const client = new pg.Client({ connectionString: servers.postgresUrl });
  await client.connect();
  try {
    for (const end = Date.now() + drainMs; Date.now() < end; await sleep(200)) {
      const { rows } = await client.query(`
        select (select count(*) from enrollments.runs)::int + (select count(*) from enrollments.outbox)::int as left`);
      if (rows[0].left === 0) break;
    }
    // The consumer of the events may be a moment behind.
    for (let before = -1; before < history.published.size; await sleep(1_000)) before = history.published.size;
  } finally {
    await client.end();
  }
}
