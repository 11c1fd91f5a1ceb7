import { setTimeout as sleep } from 'node:timers/promises';
import { faultPoints as agentPoints } from '@drippulse/agents/fault-points';
import { faultPoints } from '@drippulse/enrollments/fault-points';
import { faultPoints as integratorPoints } from '@drippulse/integrations/fault-points';
import type { FaultProxy } from '@drippulse/testing';
import { endLeases } from './deliverers.ts';
import type { Random } from './random.ts';
import type { Runtime } from './runtime.ts';
import type { Servers } from './servers.ts';

/** A runtime and the proxy between it and the database. */
export type Node = { runtime: Runtime; proxy: FaultProxy };

/** A process that a fault may hit. */
export type Victim = { runtime: Runtime };

/** The parts of the platform that faults may hit. */
export type Target = { nodes: readonly Node[]; servers: Servers; leaseMs: number };

/** A kind of fault. */
export type FaultKind<V extends Victim = Node> = {
  name: string;
  /** Inflicts the fault on `node`. Returns whether the fault took effect as its name says. */
  inflict(target: Target, node: V, random: Random): Promise<boolean>;
  /** The nodes whose effects may be repeated because of the fault. */
  losesResultsOf: 'the node' | 'all' | 'none';
};

/**
 * The name of the fault in which a process gets SIGTERM. It commits the work in flight and leaves Kafka before it ends.
 */
export const askedToEnd = 'ask to end';
const endMs = 45_000;
const patienceMs = 4_000;
const hourMs = 3_600_000;
/** The leases of the frozen process are ended by force during the freeze. */
const delivererFreezeMs = 2_000;

/** Stops all connections of all processes. */
const crashDatabase: FaultKind = {
  name: 'stop PostgreSQL at once',
  losesResultsOf: 'all',
  async inflict({ servers }) {
    await servers.crashPostgres();
    return true;
  },
};

const killKafka: FaultKind = {
  name: 'kill Kafka',
  losesResultsOf: 'none',
  async inflict({ servers }, _, random) {
    await servers.kafka.kill();
    await sleep(random.between(0, 500));
    await servers.kafka.restart();
    return true;
  },
};

/** Faults that lose results. They happen one after the other, so that each repeat can be attributed. */
const losing: readonly FaultKind[] = [
  ...faultPoints.map(
    (point): FaultKind => ({
      name: `kill ${point}`,
      losesResultsOf: 'the node',
      inflict: (_, { runtime }) => runtime.dieAt(point, patienceMs),
    }),
  ),
  {
    name: 'kill -9',
    losesResultsOf: 'the node',
    async inflict(_, { runtime }, random) {
      await sleep(random.between(0, 300));
      await runtime.kill();
      return true;
    },
  },
  {
    name: 'freeze past the lease',
    losesResultsOf: 'the node',
    async inflict({ leaseMs }, { runtime }, random) {
      await runtime.freeze(leaseMs + random.between(500, 1_000));
      return true;
    },
  },
  ...(['before', 'after'] as const).map(
    (point): FaultKind => ({
      name: `cut ${point} COMMIT`,
      losesResultsOf: 'the node',
      inflict: (_, { proxy }) => proxy.cutAt('commit\0', point, patienceMs),
    }),
  ),
  {
    name: 'cut all connections',
    losesResultsOf: 'the node',
    async inflict(_, { proxy }) {
      proxy.cutAll();
      return true;
    },
  },
  crashDatabase,
];

/** Faults that lose no result. They happen at the same time as all other faults. */
const harmless: readonly FaultKind[] = [
  {
    name: askedToEnd,
    losesResultsOf: 'none',
    inflict: (_, { runtime }) => runtime.askToEnd(endMs),
  },
  killKafka,
  ...([1, -1] as const).map(
    (direction): FaultKind => ({
      name: direction > 0 ? 'clock an hour ahead' : 'clock an hour behind',
      losesResultsOf: 'none',
      async inflict(_, { runtime }, random) {
        runtime.shiftClock(direction * hourMs);
        await sleep(random.between(1_000, 2_000));
        runtime.shiftClock(0);
        return true;
      },
    }),
  ),
];

/** Faults of deliverers. They repeat requests with the same id, and lose no effect. */
export const delivererFaults: readonly FaultKind<Victim>[] = [
  {
    name: 'kill -9 a deliverer',
    losesResultsOf: 'none',
    async inflict(_, { runtime }, random) {
      await sleep(random.between(0, 500));
      await runtime.kill();
      return true;
    },
  },
  {
    name: 'freeze a deliverer',
    losesResultsOf: 'none',
    async inflict({ servers }, { runtime }) {
      const frozen = runtime.freeze(delivererFreezeMs);
      await sleep(delivererFreezeMs / 2);
      // Fails while a fault has stopped the database.
      const hasEnded = await endLeases(servers.postgresUrl).then(
        () => true,
        () => false,
      );
      await frozen;
      return hasEnded;
    },
  },
];

/**
 * Faults of the analytics process. After a fault, the process counts again the events that it had not yet marked as
 * counted.
 */
export const analystFaults: readonly FaultKind<Victim>[] = [
  {
    name: 'kill -9 the analyst',
    losesResultsOf: 'none',
    async inflict(_, { runtime }, random) {
      await sleep(random.between(0, 500));
      await runtime.kill();
      return true;
    },
  },
];

/** Makes faults that kill a process, each at one of the points of a call. */
const pointsOf = (points: readonly string[], name: string): FaultKind[] =>
  points.map((point) => ({
    name: `kill ${name} ${point}`,
    losesResultsOf: 'none',
    inflict: (_, { runtime }) => runtime.dieAt(point, patienceMs),
  }));

const freezeOf = (name: string): string => `freeze ${name}`;

/** Makes the faults that every process may meet. They lose no results of callbacks or mails. */
const processFaultsOf = (name: string, freezeMs: number): FaultKind[] => [
  {
    name: `kill -9 ${name}`,
    losesResultsOf: 'none',
    async inflict(_, { runtime }, random) {
      await sleep(random.between(0, 500));
      await runtime.kill();
      return true;
    },
  },
  {
    name: freezeOf(name),
    losesResultsOf: 'none',
    async inflict(_, { runtime }) {
      await runtime.freeze(freezeMs);
      return true;
    },
  },
  {
    name: `cut ${name} off`,
    losesResultsOf: 'none',
    async inflict(_, { proxy }) {
      proxy.cutAll();
      return true;
    },
  },
];

/** Longer than the lease of a step at a provider, 40 s, so another process takes the step over. */
const integratorFreezeMs = 44_000;

/** Faults of the processes that perform steps at providers. They lose no results of callbacks or mails. */
export const integratorFaults: readonly FaultKind[] = [
  ...pointsOf(integratorPoints, 'an integrator'),
  ...processFaultsOf('an integrator', integratorFreezeMs),
];

const anAgent = 'an agent';
export const agentFreeze = freezeOf(anAgent);
/** Longer than the lease of an execution. */
const agentFreezeMs = 9_000;

/** Faults of the processes of the agents service. */
export const agentFaults: readonly FaultKind[] = [
  ...pointsOf(agentPoints, anAgent),
  ...processFaultsOf(anAgent, agentFreezeMs),
];

/** Makes faults that lose the connection of a commit, before or after the database has committed. */
const commitFaultsOf = (name: string): FaultKind[] =>
  (['before', 'after'] as const).map((point) => ({
    name: `cut ${name} ${point} COMMIT`,
    losesResultsOf: 'none',
    inflict: (_, { proxy }) => proxy.cutAt('commit\0', point, patienceMs),
  }));

/** Longer than the deadline of a write, so that the step tries again at the other process. */
const crmFreezeMs = 12_000;

/**
 * Faults of the processes of the CRM. Their writes have keys, so a repeat after a lost response writes nothing more.
 */
export const crmFaults: readonly FaultKind[] = [...commitFaultsOf('a CRM'), ...processFaultsOf('a CRM', crmFreezeMs)];

/** Longer than the lease of a customer or an operation, so that the other process takes it over. */
const billingFreezeMs = 14_000;

/** Faults of the processes of billing. Their requests to Stripe have keys, so a repeat changes nothing more. */
export const billingFaults: readonly FaultKind[] = [
  ...commitFaultsOf('billing'),
  ...processFaultsOf('billing', billingFreezeMs),
  ...[crashDatabase, killKafka],
];

/** Every kind of fault, each once. The groups run in parallel; the seed decides the order within each group. */
export const faultRows = { losing, harmless };
