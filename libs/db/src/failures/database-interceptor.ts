import type { Interceptor } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { isInfrastructureError } from './failures.ts';

/**
 * Turns an infrastructure error of the database into `unavailable` with a time to retry; without it, the caller would
 * get `internal`. Comes after the server interceptors in the list, so that they see the error that it throws.
 */
export const databaseInterceptor: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (error instanceof DomainError || !isInfrastructureError(error)) throw error;
    throw new DomainError('unavailable', 'database_unavailable', 'The service cannot reach its database right now.', {
      cause: error,
      retryAfterSeconds: 1,
    });
  }
};
