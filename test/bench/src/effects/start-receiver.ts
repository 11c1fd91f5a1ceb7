import { startCounting } from '../measuring/start-counting.ts';

/** The counts of a receiver's requests. */
export type Received = { requests: number; keys: number };

export type CountingReceiver = { url: string; received(): Promise<Received>; stop(): void };

/** Starts a receiver whose answers each take `delayMs`. */
export async function startReceiver({ delayMs = 0 }: { delayMs?: number } = {}): Promise<CountingReceiver> {
  const program = new URL('receiver-process.ts', import.meta.url);
  const { port, counts, stop } = await startCounting<Received>(program, [String(delayMs)]);
  return { url: `http://127.0.0.1:${port}`, received: counts, stop };
}
