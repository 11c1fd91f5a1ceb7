import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Ordered } from './attack-process.ts';

/** A prepared attack. */
export type RunningAttack = {
  begin(): void;
  /** Resolves to the number of answers by kind since the attack began. */
  end(): Promise<Record<string, number>>;
  stop(): Promise<void>;
};

const file = fileURLToPath(new URL('attack-process.ts', import.meta.url));

/** Starts the process of an attack. Resolves when it is prepared. */
export async function startAttack(ordered: Ordered): Promise<RunningAttack> {
  const child = fork(file);
  const exited = once(child, 'exit');
  const failed = exited.then(([code]) => Promise.reject(new Error(`the attack ${ordered.name} ended with ${code}`)));
  // The failure is thrown to the caller that waits for an answer, so it is not unhandled here.
  failed.catch(() => undefined);
  const answer = async () => {
    const [counts]: Record<string, number>[] = await Promise.race([once(child, 'message'), failed]);
    return counts ?? {};
  };
  child.send(ordered);
  await answer();
  return {
    begin: () => void child.send('begin'),
    end() {
      child.send('end');
      return answer();
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}
