import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the provider has made: of each key one thing. */
export type Made = { requests: number; keys: number };

export type BenchProvider = { url: string; made(): Promise<Made>; stop(): void };

export async function startProvider(): Promise<BenchProvider> {
  const child = fork(fileURLToPath(new URL('provider-process.ts', import.meta.url)), {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const [listening]: { port: number }[] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${listening?.port}`,
    async made() {
      const answer = once(child, 'message');
      child.send('count');
      const [made]: Made[] = await answer;
      return made ?? { requests: 0, keys: 0 };
    },
    stop: () => child.disconnect(),
  };
}
