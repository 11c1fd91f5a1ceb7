import type { Interceptor, StreamResponse } from '@connectrpc/connect';
import { createShares, type Held, type Shares } from '@drippulse/loops';
import { callerOf } from '@drippulse/rpc';

/** Maximum numbers of concurrent transfers in a process of a service, for each organization and in total. */
const atOnce = { ofEach: 2, ofAll: 16, least: 1 };
/** Maximum wait for a place in milliseconds. A short transfer of the same organization ends within this time. */
const waitMs = 5_000;

/** Returns a context with the connections for transfers, for an operation that accepts or returns a stream. */
export function overTransfers<C extends { db: unknown; transfers: C['db'] }>(ctx: C): C {
  return { ...ctx, db: ctx.transfers };
}

/** Creates the places for transfers: exports, imports, streamed lists. */
export function transferPlaces(): Shares {
  return createShares({ of: 'transfers', ...atOnce, waitMs });
}

/**
 * Gives a place to every method that accepts or returns a stream, while the method runs. So the exports of one
 * organization leave places for other organizations, and new methods need no code of their own. Calls that services
 * make for themselves need no place. The interceptor comes after the server interceptors, which determine the caller.
 */
export function limitTransfers(places: Shares): Interceptor {
  return (next) => async (request) => {
    if (request.method.methodKind === 'unary') return next(request);
    const { organizationId, actor } = callerOf({ values: request.contextValues });
    if (actor.type === 'service') return next(request);
    const place = await places.wait(String(organizationId), 1, request.signal);
    try {
      const response = await next(request);
      if (response.stream)
        return { ...response, message: keeping(place, response.message, request.signal) } as StreamResponse; // unchanged
      place.release();
      return response;
    } catch (error) {
      place.release();
      throw error;
    }
  };
}

/**
 * Gives the place back when the last message is made, or when the reader leaves. If the call is aborted before the
 * first message is requested, no work has begun, so the place is given back immediately.
 */
function keeping<T>(place: Held, messages: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  const leave = () => place.release();
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return (async function* made() {
    signal.removeEventListener('abort', leave);
    try {
      yield* messages;
    } finally {
      place.release();
    }
  })();
}
