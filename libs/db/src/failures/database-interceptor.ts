import type { Interceptor, StreamResponse } from '@connectrpc/connect';
import { DomainError, isShortage } from '@drippulse/errors';
import { isInfrastructureError } from './failures.ts';

/**
 * Translates an infrastructure error of the database into `unavailable` with a time to retry; otherwise the caller
 * would get `internal`. In the list of interceptors it comes after the server interceptors, so that they see the
 * translated error. The messages of a stream are read after its response is returned; their errors are translated too.
 */
export const databaseInterceptor: Interceptor = (next) => async (request) => {
  try {
    const response = await next(request);
    if (!response.stream) return response;
    // The messages are passed on unchanged, so they keep their type.
    return { ...response, message: translated(response.message) } as StreamResponse;
  } catch (error) {
    throw unavailableOr(error);
  }
};

async function* translated(messages: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* messages;
  } catch (error) {
    throw unavailableOr(error);
  }
}

function unavailableOr(error: unknown): unknown {
  // A resource shortage on this machine is reported as a different error (`isShortage`).
  if (error instanceof DomainError || isShortage(error) || !isInfrastructureError(error)) return error;
  return new DomainError('unavailable', 'database_unavailable', 'The service cannot reach its database right now.', {
    cause: error,
    retryAfterSeconds: 1,
  });
}
