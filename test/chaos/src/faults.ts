import { setTimeout as sleep } from 'node:timers/promises';
import { faultPoints } from '@drippulse/enrollments/fault-points';
import type { FaultProxy } from '@drippulse/testing';
import { endLeases } from './deliverers.ts';
import type { Random } from './random.ts';
import type { Runtime } from './runtime.ts';
import type { Servers } from './servers.ts';

/** A runtime and the proxy between it and the database. */
export type Node = { runtime: Runtime; proxy: FaultProxy };

/** Whoever has its turn to be broken. */
export type Victim = { runtime: Runtime };

/** What is broken. */
export type Target = { nodes: readonly Node[]; servers: Servers; leaseMs: number };

/** A way to break something. */
export type FaultKind<V extends Victim = Node> = {
  name: string;
  /** `node` is the one whose turn it is. Answers whether it came to what its name says. */
  inflict(target: Target, node: V, random: Random): Promise<boolean>;
  /** Whether an effect of this node, or of any, may be repeated for it. */
  losesResultsOf: 'the node' | 'all' | 'none';
};

/** One that is asked to end commits what is in flight and leaves Kafka first. */
export const askedToEnd = 'ask to end';
const endMs = 45_000;
const patienceMs = 4_000;
const hourMs = 3_600_000;
/** Its leases are ended meanwhile. */
const delivererFreezeMs = 2_000;

/** What loses results: one after the other, so that the check of repeats knows which of them a repeat is for. */
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
  {
    name: 'stop PostgreSQL at once',
    losesResultsOf: 'all',
    async inflict({ servers }) {
      await servers.crashPostgres();
      return true;
    },
  },
];

/** What loses no result, beside the others. */
const harmless: readonly FaultKind[] = [
  {
    name: askedToEnd,
    losesResultsOf: 'none',
    inflict: (_, { runtime }) => runtime.askToEnd(endMs),
  },
  {
    name: 'kill Kafka',
    losesResultsOf: 'none',
    async inflict({ servers }, _, random) {
      await servers.kafka.kill();
      await sleep(random.between(0, 500));
      await servers.kafka.restart();
      return true;
    },
  },
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

/** What befalls those that deliver webhooks. They repeat a request for it, with the same id: no effect is lost by it. */
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
      // It fails while the database is stopped on purpose.
      const hasEnded = await endLeases(servers.postgresUrl).then(
        () => true,
        () => false,
      );
      await frozen;
      return hasEnded;
    },
  },
];

/** Every kind of fault once. The rows go on side by side; the seed decides the order in each. */
export const faultRows = { losing, harmless };
