import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@drippulse/servers';
import { startFaultProxy } from '@drippulse/testing';
import pg from 'pg';
import { checks } from './checks/index.ts';
import { committedEvents } from './checks/published.ts';
import { createRuntimeClient, type RuntimeClient, runtimeConfig } from './clients.ts';
import { type Hook, hurryDeliveries, startDeliverers } from './deliverers.ts';
import { startEndpoint } from './endpoint.ts';
import { type Facts, readFacts } from './facts.ts';
import { delivererFaults, type FaultKind, faultRows, type Node, type Target, type Victim } from './faults.ts';
import type { History } from './history.ts';
import { startHookEndpoint } from './hook-endpoint.ts';
import { startLoad } from './load.ts';
import { createRandom } from './random.ts';
import { startRuntime } from './runtime.ts';
import type { Servers } from './servers.ts';
import { watchDatabase } from './watch-database.ts';
import { makeWorkflows } from './workflows.ts';

/** The outcome of a chaos run. */
export type Outcome = {
  seed: number;
  seconds: number;
  enrollments: number;
  lines: number;
  effects: number;
  /** Requests at the receiver beyond one for each effect. */
  repeats: number;
  events: number;
  deliveries: number;
  /** The number of each fault, and of those that happened as the name says. */
  faults: Record<string, { inflicted: number; met: number }>;
  /** The number of times that the machine itself stopped a process for half a second or more; no seed decides it. */
  stalls: number;
  /** Promises and their violations. */
  promises: { promise: string; violations: string[] }[];
};

const names = ['a', 'b'];
const leaseMs = 3_000;
/** The longest time without a change before all is done: a backoff, a lease, and a busy machine. */
const patienceMs = 60_000;
const stall = 'stall';

/**
 * Breaks two runtimes and their servers under load for `seconds`, each kind of fault at least once. Then lets all work
 * end, and checks the promises. Stops the servers.
 */
export async function runChaos(options: {
  servers: Servers;
  seed: number;
  seconds: number;
  onProgress?(line: string): void;
}): Promise<Outcome> {
  const { servers, seed, seconds, onProgress = () => undefined } = options;
  const startedAt = performance.now();
  const endpoint = await startEndpoint(seed);
  const hookEndpoint = await startHookEndpoint(seed);
  const { published } = servers;
  const history: History = {
    faults: [],
    calls: [],
    receipts: endpoint.receipts,
    connections: [],
    published,
    hookReceipts: hookEndpoint.receipts,
  };
  const opened: { stop(): unknown }[] = [];
  try {
    const workflows = makeWorkflows(seed, endpoint.url);
    opened.push(watchDatabase(servers.postgresUrl, (ms) => addStall(history, ms, names)));
    const { nodes, clients } = await startNodes(servers, history, opened);
    const { deliverers, hooks } = await startDeliverers(servers, hookEndpoint, opened);
    onProgress('serving');
    const load = await startLoad({ seed, workflows, clients, calls: history.calls });
    const victims = deliverers.map((runtime) => ({ runtime }));
    const faults = await inflictAll({ nodes, servers, leaseMs }, victims, { seed, seconds, history, onProgress });
    await load.stop();
    for (const { runtime } of [...nodes, ...victims]) await runtime.untilReady();
    onProgress('all mended, coming to its end');
    const facts = await factsWhenDrained(servers, history, hooks);
    onProgress('checking');
    return {
      seed,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
      enrollments: facts.enrollments.length,
      lines: facts.enrollments.reduce((sum, row) => sum + row.lines, 0),
      effects: facts.effects.length,
      repeats: history.receipts.length - facts.effects.length,
      events: published.size,
      deliveries: facts.deliveries.length,
      faults,
      stalls: history.faults.filter((fault) => fault.name === stall).length,
      promises: checks.map(({ promise, violations }) => ({
        promise,
        violations: violations({ workflows, hooks, history, facts }),
      })),
    };
  } finally {
    for (const part of opened.reverse()) await part.stop();
    await endpoint.stop();
    await hookEndpoint.stop();
    await servers.stop();
  }
}

function addStall({ faults }: History, ms: number, victims: readonly string[]): void {
  const to = Date.now();
  faults.push({ name: stall, from: to - ms, to, victims, met: true });
}

/** Two processes, each with a proxy of its own before the database. */
async function startNodes(servers: Servers, history: History, opened: { stop(): unknown }[]) {
  const nodes: Node[] = [];
  const clients: RuntimeClient[] = [];
  for (const name of names) {
    const proxy = await startFaultProxy({ port: Number(new URL(servers.postgresUrl).port) });
    opened.push(proxy);
    const grpcPort = await freePort();
    const client = createRuntimeClient(grpcPort);
    opened.push({ stop: () => client.close() });
    const { brokers: kafkaBrokers } = servers.kafka;
    const databaseUrl = proxy.through(servers.postgresUrl);
    const runtime = startRuntime({
      name,
      program: 'runtime-process.ts',
      config: runtimeConfig({ databaseUrl, kafkaBrokers, grpcPort, leaseMs }),
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

type Plan = { seed: number; seconds: number; history: History; onProgress(line: string): void };

async function inflictAll(target: Target, deliverers: readonly Victim[], plan: Plan): Promise<Outcome['faults']> {
  const counts: Outcome['faults'] = {};
  const end = Date.now() + plan.seconds * 1_000;
  const rows = Object.entries(faultRows).map(([row, kinds]) =>
    inflictRow(target, target.nodes, plan, { row, kinds, counts, end }),
  );
  const delivering = { row: 'deliverers', kinds: delivererFaults, counts, end };
  await Promise.all([...rows, inflictRow(target, deliverers, plan, delivering)]);
  return counts;
}

/** Rounds of faults, each in an order of its own, at the two nodes in turn. */
async function inflictRow<V extends Victim>(
  target: Target,
  victims: readonly V[],
  { seed, history, onProgress }: Plan,
  { row, kinds, counts, end }: { row: string; kinds: readonly FaultKind<V>[]; counts: Outcome['faults']; end: number },
): Promise<void> {
  const random = createRandom(seed, row);
  let turns = random.shuffle(victims);
  do {
    for (const kind of random.shuffle(kinds)) {
      const [node, ...others] = turns;
      if (node === undefined) throw new Error('there is no node to break');
      turns = [...others, node];
      await sleep(random.between(100, 500));
      await node.runtime.untilReady();
      const from = Date.now();
      const met = await kind.inflict(target, node, random);
      history.faults.push({ name: kind.name, from, to: Date.now(), victims: victimsOf(kind, node), met });
      onProgress(`${kind.name} at ${node.runtime.name}${met ? '' : ' (did not come to it)'}`);
      const count = counts[kind.name] ?? { inflicted: 0, met: 0 };
      counts[kind.name] = { inflicted: count.inflicted + 1, met: count.met + Number(met) };
    }
  } while (Date.now() < end);
}

function victimsOf({ losesResultsOf }: Pick<FaultKind, 'losesResultsOf'>, { runtime }: Victim): readonly string[] {
  if (losesResultsOf === 'none') return [];
  return losesResultsOf === 'all' ? names : [runtime.name];
}

/** The facts once no work is under way, or nothing has changed for long; the checks report the rest. */
async function factsWhenDrained(
  { postgresUrl }: Servers,
  { published }: History,
  hooks: readonly Hook[],
): Promise<Facts> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await untilNothingChanges(async () => {
      const { rows } = await client.query(`
        select (select count(*) from enrollments.runs) + (select count(*) from enrollments.outbox) as left,
          (select coalesce(sum(lines), 0) from enrollments.runs) as lines`);
      return { isDone: rows[0].left === '0', progress: `${rows[0].left} ${rows[0].lines}` };
    });
    const committed = committedEvents(await readFacts(postgresUrl));
    await untilNothingChanges(() => {
      const missing = [...committed.keys()].filter((id) => !published.has(id)).length;
      return { isDone: missing === 0, progress: String(missing) };
    });
    const expected = [...committed.values()].map(
      ({ organizationId }) => hooks.filter((hook) => !hook.isGone && hook.organizationId === organizationId).length,
    );
    await untilDelivered(
      client,
      expected.reduce((sum, count) => sum + count, 0),
    );
  } finally {
    await client.end();
  }
  return readFacts(postgresUrl);
}

/** A disabled webhook gets no more deliveries, and keeps its queue. */
async function untilDelivered(client: pg.Client, expected: number): Promise<void> {
  await untilNothingChanges(async () => {
    await hurryDeliveries(client);
    const { rows } = await client.query(`
      select count(*) filter (where active) as made,
        count(*) filter (where active and status in ('pending', 'failed')) as open,
        (select coalesce(sum(attempts), 0) from webhooks.deliveries) as attempts,
        (select count(*) from webhooks.webhooks where not active) as disabled
      from webhooks.deliveries join webhooks.webhooks on webhooks.id = webhook_id`);
    const { made, open, attempts, disabled } = rows[0];
    return { isDone: open === '0' && Number(made) >= expected, progress: `${made} ${open} ${attempts} ${disabled}` };
  });
}

type State = { isDone: boolean; progress: string };

async function untilNothingChanges(look: () => Promise<State> | State): Promise<void> {
  let before: string | undefined;
  for (let changedAt = performance.now(); performance.now() - changedAt < patienceMs; await sleep(200)) {
    const { isDone, progress } = await look();
    if (isDone) return;
    if (progress !== before) changedAt = performance.now();
    before = progress;
  }
}
