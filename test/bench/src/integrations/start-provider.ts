import { startCounting } from '../measuring/start-counting.ts';

/** The results of the provider: one customer for each key. */
export type Made = { requests: number; keys: number };

export type BenchProvider = { url: string; made(): Promise<Made>; stop(): void };

export async function startProvider(): Promise<BenchProvider> {
  const { port, counts, stop } = await startCounting<Made>(new URL('provider-process.ts', import.meta.url));
  return { url: `http://127.0.0.1:${port}`, made: counts, stop };
}
