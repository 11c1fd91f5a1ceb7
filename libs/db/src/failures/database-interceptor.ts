import type { Interceptor } from '@connectrpc/connect';
import { DomainError, isShortage } from '@drippulse/errors';
import { isInfrastructureError } from './failures.ts';

/**
 * Turns an infrastructure error of the database into `unavailable` with a time to retry; without it, the caller would
 * get `internal`. Comes after the server interceptors in the list, so that they see the error that it throws.
 */
export const databaseInterceptor: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    // A shortage of this machine speaks for itself.
    if (error instanceof DomainError || isShortage(error) || !isInfrastructureError(error)) throw error;
    throw new DomainError('unavailable', 'database_unavailable', 'The service cannot reach its database right now.', {
      cause: error,
      retryAfterSeconds: 1,
    });
  }
};
