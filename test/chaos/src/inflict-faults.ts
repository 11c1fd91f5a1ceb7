import { setTimeout as sleep } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import {
  agentFaults,
  analystFaults,
  billingFaults,
  crmFaults,
  delivererFaults,
  type FaultKind,
  faultRows,
  integratorFaults,
  type Node,
  type Target,
  type Victim,
} from './faults.ts';
import type { History } from './history.ts';
import { names } from './nodes.ts';
import { createRandom } from './random.ts';

/** The number of times each fault was inflicted, and the number of times it happened as its name says. */
export type FaultCounts = Record<string, { inflicted: number; met: number }>;

/**
 * Number of faults that are inflicted at the same time, each until its process serves again. A process needs seconds of
 * CPU time to start. If more processes started at once, all others would hardly run, and calls would find no process
 * that responds.
 */
const faultsAtOnce = 2;
/** Number of times that a fault is repeated if it did not happen. */
const repeats = 2;

/** The plan of a run, which adds to `counts`. Each part of it lasts for `seconds` at least. */
export type Plan = {
  seed: number;
  seconds: number;
  history: History;
  counts: FaultCounts;
  /** Ends the plan after the faults in progress. */
  signal: AbortSignal;
  onProgress(line: string): void;
};

/** The processes, other than the runtimes, that the faults of `inflictAll` may hit. */
export type Others = {
  deliverers: readonly Victim[];
  analysts: readonly Victim[];
  integrators: readonly Node[];
  agents: readonly Node[];
  crm: readonly Node[];
};

/**
 * Inflicts each kind of fault until it has happened, at most three times, and then continues with further rounds until
 * `seconds` have passed.
 */
export async function inflictAll(
  target: Target,
  { deliverers, analysts, integrators, agents, crm }: Others,
  plan: Plan,
): Promise<void> {
  const rowOf = rowsOf(target, plan);
  await Promise.all([
    ...Object.entries(faultRows).map(([row, kinds]) => rowOf(row, target.nodes, kinds)),
    rowOf('deliverers', deliverers, delivererFaults),
    rowOf('analysts', analysts, analystFaults),
    rowOf('integrators', integrators, integratorFaults),
    rowOf('agents', agents, agentFaults),
    rowOf('crm', crm, crmFaults),
  ]);
}

/** Inflicts the faults of billing, as `inflictAll` inflicts all other faults. */
export async function inflictOnBilling(target: Target, billing: readonly Node[], plan: Plan): Promise<void> {
  await rowsOf(target, plan)('billing', billing, billingFaults);
}

/** Returns a function that inflicts a series of faults. All series end at the same time. */
function rowsOf(target: Target, plan: Plan) {
  const end = Date.now() + plan.seconds * 1_000;
  const limit = pLimit(faultsAtOnce);
  return <V extends Victim>(row: string, victims: readonly V[], kinds: readonly FaultKind<V>[]) =>
    inflictRow(target, victims, plan, { row, kinds, end, limit });
}

/** Inflicts faults in rounds, on the two nodes in turn. Each round has a different order. */
async function inflictRow<V extends Victim>(
  target: Target,
  victims: readonly V[],
  { seed, history, counts, signal, onProgress }: Plan,
  { row, kinds, end, limit }: { row: string; kinds: readonly FaultKind<V>[]; end: number; limit: LimitFunction },
): Promise<void> {
  const random = createRandom(seed, row);
  let turns = random.shuffle(victims);
  const inflict = async (kind: FaultKind<V>) => {
    const [node, ...others] = turns;
    if (node === undefined) throw new Error('there is no node to break');
    turns = [...others, node];
    await node.runtime.untilReady();
    const from = Date.now();
    const met = await kind.inflict(target, node, random);
    history.faults.push({ name: kind.name, from, to: Date.now(), victims: victimsOf(kind, node), met });
    onProgress(`${kind.name} at ${node.runtime.name}${met ? '' : ' (did not come to it)'}`);
    const count = counts[kind.name] ?? { inflicted: 0, met: 0 };
    counts[kind.name] = { inflicted: count.inflicted + 1, met: count.met + Number(met) };
    await node.runtime.untilReady();
  };
  const inflictEach = async (chosen: readonly FaultKind<V>[]) => {
    for (const kind of random.shuffle(chosen)) {
      await sleep(random.between(100, 500));
      await limit(async () => signal.aborted || inflict(kind));
    }
  };
  do await inflictEach(kinds);
  while (Date.now() < end && !signal.aborted);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    await inflictEach(kinds.filter(({ name }) => counts[name]?.met === 0));
  }
}

function victimsOf({ losesResultsOf }: Pick<FaultKind, 'losesResultsOf'>, { runtime }: Victim): readonly string[] {
  if (losesResultsOf === 'none') return [];
  return losesResultsOf === 'all' ? names : [runtime.name];
}
