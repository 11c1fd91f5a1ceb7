import { DomainError } from '@drippulse/errors';
import pLimit from 'p-limit';

/**
 * Lets at most `max` tasks run at once and at most `maxWaiting` wait in line; whoever comes then is refused with
 * `unavailable`/`busy`, so that a flood costs neither memory nor the patience of those in line.
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
