import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A server that counts, in a separate process so that its work does not count as the platform's. */
export type Counting<Counts> = { port: number; counts(): Promise<Counts>; stop(): void };

/** Starts a counting server. The program reports its port, and answers each message with its counts. */
export async function startCounting<Counts>(program: URL, args: readonly string[] = []): Promise<Counting<Counts>> {
  const child = fork(fileURLToPath(program), args, { stdio: ['ignore', 2, 2, 'ipc'] });
  const [listening]: { port: number }[] = await once(child, 'message');
  if (listening === undefined) throw new Error(`${program.pathname} does not listen`);
  return {
    port: listening.port,
    async counts() {
      const answer = once(child, 'message');
      child.send('count');
      const [counts]: Counts[] = await answer;
      if (counts === undefined) throw new Error(`${program.pathname} did not answer`);
      return counts;
    },
    stop: () => void child.kill(),
  };
}
