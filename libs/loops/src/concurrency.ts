import { DomainError } from '@drippulse/errors';
import pLimit from 'p-limit';

/**
 * Runs at most `max` tasks at the same time and lets at most `maxWaiting` tasks wait. Further tasks are refused with
 * `unavailable`/`busy`, so that a flood uses no memory and does not delay the waiting tasks.
 */
export function limitConcurrency(options: {
  max: number;
  maxWaiting: number;
}): <T>(task: () => Promise<T>) => Promise<T> {
  const limit = pLimit(options.max);
  return async (task) => {
    if (limit.pendingCount >= options.maxWaiting) {
      throw new DomainError('unavailable', 'busy', 'Too many of these requests at once.', { retryAfterSeconds: 1 });
    }
    return limit(task);
  };
}
