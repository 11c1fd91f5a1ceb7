import { setTimeout as sleep } from 'node:timers/promises';
import { faultPoints } from '@drippulse/enrollment-runtime/fault-points';
import type { FaultProxy } from '@drippulse/testing';
import type { Random } from './random.ts';
import type { Runtime } from './runtime.ts';
import type { Servers } from './servers.ts';

/** What is broken. */
export type Target = {
  runtimes: readonly Runtime[];
  proxies: readonly FaultProxy[];
  servers: Servers;
  leaseMs: number;
};

/** A way to break something; answers whether it came to what its name says. */
export type FaultKind = {
  name: string;
  losesResults: boolean;
  inflict(target: Target, random: Random): Promise<boolean>;
};

const patienceMs = 4_000;
const hourMs = 3_600_000;

/** Every kind of fault once; a round inflicts them in an order that the seed decides. */
export const faultKinds: readonly FaultKind[] = [
  ...faultPoints.map((point) => ({
    name: `kill ${point}`,
    losesResults: true,
    async inflict({ runtimes }: Target, random: Random) {
      const runtime = random.pick(runtimes);
      await runtime.untilReady();
      return runtime.dieAt(point, patienceMs);
    },
  })),
  {
    name: 'kill -9',
    losesResults: true,
    async inflict({ runtimes }, random) {
      await sleep(random.between(0, 300));
      await random.pick(runtimes).kill();
      return true;
    },
  },
  {
    name: 'freeze past the lease',
    losesResults: true,
    async inflict({ runtimes, leaseMs }, random) {
      await random.pick(runtimes).freeze(leaseMs + random.between(500, 1_500));
      return true;
    },
  },
  ...(['before', 'after'] as const).map((point) => ({
    name: `cut ${point} COMMIT`,
    losesResults: true,
    async inflict({ runtimes, proxies }: Target, random: Random) {
      const proxy = random.pick(proxies);
      await runtimes[proxies.indexOf(proxy)]?.untilReady();
      return proxy.cutAt('commit\0', point, patienceMs);
    },
  })),
  {
    name: 'cut all connections',
    losesResults: true,
    async inflict({ proxies }, random) {
      random.pick(proxies).cutAll();
      return true;
    },
  },
  {
    name: 'stop PostgreSQL at once',
    losesResults: true,
    async inflict({ servers }) {
      await servers.crashPostgres();
      return true;
    },
  },
  {
    name: 'kill Kafka',
    losesResults: false,
    async inflict({ servers }, random) {
      await servers.kafka.kill();
      await sleep(random.between(0, 500));
      await servers.kafka.restart();
      return true;
    },
  },
  ...([1, -1] as const).map((direction) => ({
    name: direction > 0 ? 'clock an hour ahead' : 'clock an hour behind',
    losesResults: false,
    async inflict({ runtimes }: Target, random: Random) {
      const runtime = random.pick(runtimes);
      runtime.shiftClock(direction * hourMs);
      await sleep(random.between(1_000, 2_000));
      runtime.shiftClock(0);
      return true;
    },
  })),
];
