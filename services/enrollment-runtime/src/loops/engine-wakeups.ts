import { startWakeups, type Wakeups } from '@drippulse/events';
import type { Context } from '../context.ts';

/**
 * Starts the channel over which processes with the role `public` wake the loops in processes with the role `engine`.
 * Runs that a reaction makes due are then claimed immediately, and not only when an idle loop next checks for work.
 */
export function startEngineWakeups({ db, log }: Pick<Context, 'db' | 'log'>): Wakeups {
  return startWakeups(db, 'enrollments_engine', log);
}
