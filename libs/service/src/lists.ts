import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { readForAll, readWithin, TooManyBytes } from '@drippulse/db';
import { createShares, type Held, type Shares } from '@drippulse/loops';
import { callerOf, type ListSize, largeListError, listSizeOf } from '@drippulse/rpc';

/** Maximum total size in bytes of a list's rows, by the list's requested size. A small list is encoded in one turn. */
const mostBytes: Readonly<Record<ListSize, number>> = {
  small: 256 << 10,
  medium: 4 << 20,
  large: Number.POSITIVE_INFINITY,
};

/** Places for lists that are not small. */
export type ListPlaces = Readonly<Record<Exclude<ListSize, 'small'>, Shares>>;

const waitMs = 10_000;

/**
 * Creates the places that limit concurrent lists in a process of a service, for each organization and in total. A large
 * list may have 32 MiB, and takes four times as much memory until it is encoded. Large lists run one after the other,
 * because two concurrent ones would be ready no sooner. Medium lists never wait for large lists.
 */
export function listPlaces(): ListPlaces {
  return {
    medium: createShares({ of: 'large lists', ofEach: 1, ofAll: 3, waitMs }),
    large: createShares({ of: 'large lists', ofEach: 1, ofAll: 1, waitMs }),
  };
}

/**
 * Bounds the lists that clients request, in every method. All statements of a list end when its caller goes away. A
 * list ends with `largeListError` as soon as its rows have more bytes than its requested size allows. The bytes are
 * counted as they arrive, so the size of the list need not be known in advance. A medium or large list gets a place
 * before its first statement, so that no list waits while it occupies a database connection. The list keeps the place
 * until its response is encoded. The interceptor comes after the server interceptors, which determine the caller.
 */
export function boundLists(places: ListPlaces): Interceptor {
  return (next) => async (request) => {
    const size = request.stream ? undefined : listSizeOf({ requestHeader: request.header });
    // In memory, this call may be made within another list. That list's bound must not apply to the call, as it does
    // not over gRPC.
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

/** Gives the place back when the call ends. The call ends when its response is encoded. */
function releaseWith(signal: AbortSignal, place: Held): void {
  if (signal.aborted) place.release();
  else signal.addEventListener('abort', () => place.release(), { once: true });
}
