import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../measuring/until.ts';
import type { Platform } from './platform.ts';

/**
 * Publishes events at a steady rate, each in a transaction of its own. Returns the time from the commit of each event
 * to its arrival.
 */
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
  const isEveryArrived = () => [...committed.keys()].every((id) => receiver.arrivals.has(id));
  await until('every event arrives', isEveryArrived, { timeoutMs: 60_000, everyMs: 20 });
  return [...committed].map(([id, at]) => (receiver.arrivals.get(id) ?? Number.NaN) - at);
}
