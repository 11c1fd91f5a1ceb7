import { startReceiver } from '@drippulse/testing';

/** A receiver that counts requests by key, and stores nothing else. */
export type CountingReceiver = { url: string; arrivals: Map<string, number>; stop(): Promise<void> };

/**
 * Starts a receiver. `header` is the header with the key. Each response is 200 after `delayMs`, so that requests are
 * under way.
 */
export async function startCountingReceiver(header: string, delayMs: number): Promise<CountingReceiver> {
  const arrivals = new Map<string, number>();
  const receiver = await startReceiver({
    answer({ headers }) {
      const key = headers[header] ?? `without ${header}`;
      arrivals.set(key, (arrivals.get(key) ?? 0) + 1);
      receiver.clear();
      return { delayMs };
    },
  });
  return { url: receiver.url, arrivals, stop: () => receiver.stop() };
}

/** Returns the keys that were received more than once, with their counts. */
export function repeated(arrivals: ReadonlyMap<string, number>): string[] {
  return [...arrivals].filter(([, count]) => count > 1).map(([key, count]) => `${key} came ${count} times`);
}
