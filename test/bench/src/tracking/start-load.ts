import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { HitLoad, HitReport } from './hit-process.ts';

/** A load under way. */
export type RunningLoad = {
  /** Ends the load before it has sent everything, and waits for the outstanding answers. */
  stop(): Promise<HitReport>;
  /**
   * Resolves to the result when the load has sent everything. Rejects if an answer is neither the pixel nor the
   * redirect.
   */
  done: Promise<HitReport>;
};

/** Starts a load in a process of its own. */
export function startLoad(load: HitLoad): RunningLoad {
  const child = fork(fileURLToPath(new URL('hit-process.ts', import.meta.url)));
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the load ended with ${code}`)));
  failed.catch(() => undefined);
  child.send(load);
  const done = Promise.race([once(child, 'message'), failed]).then(([report]: HitReport[]) => checked(report));
  // The failure is thrown to the caller that stops the load or waits for it, so it is not unhandled here.
  done.catch(() => undefined);
  return {
    stop() {
      child.send('stop');
      return done;
    },
    done,
  };
}

/** Returns the number of answered hits. */
export function totalOf({ statuses }: HitReport): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}

function checked(report: HitReport | undefined): HitReport {
  if (report === undefined) throw new Error('the load reported nothing');
  const wrong = Object.keys(report.statuses).filter((status) => !['200', '302'].includes(status));
  if (wrong.length > 0) throw new Error(`answers of ${wrong.join(', ')}`);
  return report;
}
