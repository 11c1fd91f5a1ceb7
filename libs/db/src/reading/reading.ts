import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The bounds of a call's reading: the signal that ends it, and the maximum number of bytes of its rows (default: no
 * maximum).
 */
type ReadBounds = { signal: AbortSignal; mostBytes?: number };

/** The rows of a reading exceed its maximum number of bytes, so the reading ends. */
export class TooManyBytes extends Error {
  override readonly name = 'TooManyBytes';

  constructor(mostBytes: number) {
    super(`the rows have more than ${mostBytes} bytes`);
  }
}

/** The statements that one call sends. */
export type Reading = {
  /** The reason for the end of the reading: the signal's reason, or TooManyBytes. Undefined while the reading lasts. */
  ended: unknown;
  /** Callbacks for the end of the reading, from statements that are under way or wait for a connection. */
  readonly stops: Set<() => void>;
  /** Statements that are under way. */
  readonly underWay: Set<Promise<unknown>>;
  /** Counts bytes of rows as they arrive. */
  count(bytes: number): void;
};

const readings = new AsyncLocalStorage<Reading | undefined>();

/**
 * Bounds everything that `read` reads from the database. The statements need not be given the reading, because each
 * finds it in the asynchronous context. When the signal aborts, or the rows have too many bytes, the running statements
 * are cancelled in PostgreSQL, and further statements are not sent. When all running statements have ended, this
 * rejects with the reason of the signal or with TooManyBytes.
 */
export async function readWithin<T>({ signal, mostBytes }: ReadBounds, read: () => Promise<T>): Promise<T> {
  const reading = startReading(mostBytes);
  const onAbort = () => end(reading, signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    const result = await readings.run(reading, read);
    if (reading.ended !== undefined) throw reading.ended;
    return result;
  } catch (error) {
    if (reading.ended === undefined) throw error;
    // When one of several concurrent statements fails, its error is thrown before the other statements have ended.
    await Promise.allSettled(reading.underWay);
    throw reading.ended;
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Statements that the call did not wait for may continue, but their bytes are no longer counted.
    reading.count = () => undefined;
  }
}

/**
 * Runs work outside of the current reading, so that the work does not end with one call. Use it for work whose result
 * other calls wait for too, such as a shared load.
 */
export function readForAll<T>(work: () => T): T {
  return currentReading() === undefined ? work() : readings.run(undefined, work);
}

/** Returns the reading to which the running code belongs. */
export function currentReading(): Reading | undefined {
  return readings.getStore();
}

function startReading(mostBytes = Number.POSITIVE_INFINITY): Reading {
  let bytes = 0;
  const reading: Reading = {
    ended: undefined,
    stops: new Set(),
    underWay: new Set(),
    count(more) {
      bytes += more;
      if (bytes > mostBytes && reading.ended === undefined) end(reading, new TooManyBytes(mostBytes));
    },
  };
  return reading;
}

function end(reading: Reading, reason: unknown): void {
  reading.ended = reason;
  for (const stop of reading.stops) stop();
}
