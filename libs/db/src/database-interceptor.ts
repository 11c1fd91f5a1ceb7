import type { Interceptor } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { isInfrastructureError } from './failures.ts';

/**
 * Turns a database that is away into `unavailable` with a time to come back, where it would otherwise be an unknown
 * error. Stands after the server interceptors in the list, so that they see what it throws.
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
