import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The requests that a receiver got. */
export type Received = { requests: number; keys: number };

export type CountingReceiver = { url: string; received(): Promise<Received>; stop(): void };

/** Each of its answers takes `delayMs`. */
export async function startReceiver({ delayMs = 0 }: { delayMs?: number } = {}): Promise<CountingReceiver> {
  const child = fork(fileURLToPath(new URL('receiver-process.ts', import.meta.url)), [String(delayMs)], {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const [listening]: { port: number }[] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${listening?.port}`,
    async received() {
      const answer = once(child, 'message');
      child.send('count');
      const [received]: Received[] = await answer;
      if (received === undefined) throw new Error('the receiver did not answer');
      return received;
    },
    stop: () => void child.kill(),
  };
}
