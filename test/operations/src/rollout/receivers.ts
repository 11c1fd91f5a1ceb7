import { startReceiver } from '@drippulse/testing';

/** A receiver that counts by the key of a request how often it came, and forgets the rest. */
export type CountingReceiver = { url: string; arrivals: Map<string, number>; stop(): Promise<void> };

/** `header` names the key; each answer is an OK after `delayMs`, so that something is under way at any time. */
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

/** The keys that came more than once, and how often. */
export function repeated(arrivals: ReadonlyMap<string, number>): string[] {
  return [...arrivals].filter(([, count]) => count > 1).map(([key, count]) => `${key} came ${count} times`);
}
