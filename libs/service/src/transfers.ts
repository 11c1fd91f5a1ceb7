import type { Interceptor, StreamResponse } from '@connectrpc/connect';
import { createShares, type Held, type Shares } from '@drippulse/loops';
import { callerOf } from '@drippulse/rpc';

/** Maximum numbers of concurrent transfers in a process of a service, for each organization and in total. */
const atOnce = { ofEach: 2, ofAll: 16, least: 1 };
/** Maximum wait for a place in milliseconds, within which a short transfer of the same organization ends. */
const waitMs = 5_000;

/** Returns a context with the connections for transfers, for an operation that takes or returns a stream. */
export function overTransfers<C extends { db: unknown; transfers: C['db'] }>(ctx: C): C {
  return { ...ctx, db: ctx.transfers };
}

/** Creates the places for transfers: exports, imports, streamed lists. */
export function transferPlaces(): Shares {
  return createShares({ of: 'transfers', ...atOnce, waitMs });
}

/**
 * Gives every method that takes or returns a stream a place while it runs. So the exports of one organization leave
 * places to others, and new methods need no code of their own. Calls that services make for themselves need no place.
 * The interceptor comes after the server interceptors, which know the caller.
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
 * Gives the place back when the last message is made, or when the messages end because the reader left. No work begins
 * before the first message is requested.
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
