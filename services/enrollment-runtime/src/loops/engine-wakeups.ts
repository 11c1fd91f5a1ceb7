import { startWakeups, type Wakeups } from '@drippulse/events';
import type { Context } from '../context.ts';

/**
 * The channel over which processes of the role `public` wake the loops of those of the role `engine`: what a reaction
 * makes due is then claimed at once, and not when an idle loop looks again.
 */
export function startEngineWakeups({ db, log }: Pick<Context, 'db' | 'log'>): Wakeups {
  return startWakeups(db, 'enrollments_engine', log);
}
