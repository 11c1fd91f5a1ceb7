import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from './platform.ts';

/** The value below which a share of the values is, 0.99 for p99. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const round = (value: number): number => Math.round(value * 10) / 10;

/** Publishes events at a steady rate, one transaction each, and answers how long each took from commit to arrival. */
export async function latencies(
  { publisher, receiver }: Platform,
  o: { organizationId: bigint; perSecond: number; seconds: number },
): Promise<number[]> {
  const committed = new Map<string, number>();
  const startedAt = performance.now();
  const publishing: Promise<void>[] = [];
  for (let n = 0; n < o.perSecond * o.seconds; n += 1) {
    await sleep(Math.max(0, startedAt + (n * 1000) / o.perSecond - performance.now()));
    publishing.push(
      publisher.publish(o.organizationId, 1).then(({ ids: [id = ''], committedAt }) => {
        committed.set(id, committedAt);
      }),
    );
  }
  await Promise.all(publishing);
  await until(() => [...committed.keys()].every((id) => receiver.arrivals.has(id)), 60_000);
  return [...committed].map(([id, at]) => (receiver.arrivals.get(id) ?? Number.NaN) - at);
}

export async function until(check: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error('the bench did not get to where it should be in time');
    await sleep(20);
  }
}
