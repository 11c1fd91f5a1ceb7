import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { readForAll, readWithin, TooManyBytes } from '@drippulse/db';
import { createShares, type Held, type Shares } from '@drippulse/loops';
import { callerOf, largeListError, listSizeOf } from '@drippulse/rpc';

/** Bytes of rows up to which a list is small: as many as are encoded in one turn of the event loop. */
const smallListBytes = 256 << 10;

/**
 * Large lists that one organization, and all together, may have under way in a process of a service. Each may have 32 MiB, and takes
 * four times as much until it is encoded. Two at once would be ready no sooner than one after the other.
 */
const atOnce = { ofEach: 1, ofAll: 1 };
const waitMs = 10_000;

/** Places for large lists. */
export function largeListPlaces(): Shares {
  return createShares({ of: 'large lists', ...atOnce, waitMs });
}

/**
 * Bounds the lists that clients ask for, whatever their methods do. All that one reads ends with its caller. One that is asked for as
 * a small one ends with `largeListError` as soon as its rows have more than `smallListBytes`: they are counted as they come, so
 * it does not matter what the list was before. One that is asked for as a large one has a place before its first statement, so
 * that nobody waits with a connection to the database, and until its answer is encoded. Comes after the server interceptors, which
 * know the caller.
 */
export function boundLists(places: Shares): Interceptor {
  return (next) => async (request) => {
    const size = request.stream ? undefined : listSizeOf({ requestHeader: request.header });
    // In one process the call may be one of a list. Over gRPC it would not know that either.
    if (size === undefined) return readForAll(() => next(request));
    const { signal } = request;
    const { organizationId } = callerOf({ values: request.contextValues });
    let place: Held | undefined;
    try {
      if (size === 'large') place = await places.wait(String(organizationId), 1, signal);
      const bounds = size === 'large' ? { signal } : { signal, mostBytes: smallListBytes };
      const response = await readWithin(bounds, () => next(request));
      if (place !== undefined) releaseWith(signal, place);
      return response;
    } catch (error) {
      place?.release();
      if (error instanceof TooManyBytes) throw largeListError();
      throw signal.aborted && error === signal.reason ? ConnectError.from(error, Code.Canceled) : error;
    }
  };
}

/** Gives the place back when the call ends, which is when its answer is encoded. */
function releaseWith(signal: AbortSignal, place: Held): void {
  if (signal.aborted) place.release();
  else signal.addEventListener('abort', () => place.release(), { once: true });
}
