import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { readForAll, readWithin, TooManyBytes } from '@drippulse/db';
import { createShares, type Held, type Shares } from '@drippulse/loops';
import { callerOf, type ListSize, largeListError, listSizeOf } from '@drippulse/rpc';

/**
 * The most bytes of the rows of a list, by the size that it is asked for. A small one is encoded in one turn of the
 * event loop.
 */
const mostBytes: Readonly<Record<ListSize, number>> = {
  small: 256 << 10,
  medium: 4 << 20,
  large: Number.POSITIVE_INFINITY,
};

/** Places for lists that are not small. */
export type ListPlaces = Readonly<Record<Exclude<ListSize, 'small'>, Shares>>;

const waitMs = 10_000;

/**
 * Lists that one organization, and all together, may have under way in a process of a service. A large one may have 32
 * MiB, and takes four times as much until it is encoded: two at once would be ready no sooner than one after the other.
 * Medium ones wait for no large one.
 */
export function listPlaces(): ListPlaces {
  return {
    medium: createShares({ of: 'large lists', ofEach: 1, ofAll: 3, waitMs }),
    large: createShares({ of: 'large lists', ofEach: 1, ofAll: 1, waitMs }),
  };
}

/**
 * Bounds the lists that clients ask for, whatever their methods do. All that one reads ends with its caller. It ends
 * with
 * `largeListError` as soon as its rows have more bytes than the size that it is asked for: they are counted as they
 * come, so it does not matter what the list was before. One that is not asked for as a small one has a place before its
 * first statement, so that nobody waits with a connection to the database, and until its answer is encoded. Comes after
 * the server interceptors, which know the caller.
 */
export function boundLists(places: ListPlaces): Interceptor {
  return (next) => async (request) => {
    const size = request.stream ? undefined : listSizeOf({ requestHeader: request.header });
    // In one process the call may be one of a list. Over gRPC it would not know that either.
    if (size === undefined) return readForAll(() => next(request));
    const { signal } = request;
    const { organizationId } = callerOf({ values: request.contextValues });
    let place: Held | undefined;
    try {
      if (size !== 'small') place = await places[size].wait(String(organizationId), 1, signal);
      const response = await readWithin({ signal, mostBytes: mostBytes[size] }, () => next(request));
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
