import { startWakeups, type Wakeups } from '@drippulse/events';
import type { Context } from '../context.ts';

/**
 * Starts the channel over which processes of the role `public` wake the loops of processes of the role `engine`. Runs
 * that a reaction makes due are then claimed immediately, instead of at the next periodic look of an idle loop.
 */
export function startEngineWakeups({ db, log }: Pick<Context, 'db' | 'log'>): Wakeups {
  return startWakeups(db, 'enrollments_engine', log);
}
