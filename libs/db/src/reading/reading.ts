import { AsyncLocalStorage } from 'node:async_hooks';

/** Until when a call may read, and how many bytes of rows; any number unless given. */
type ReadBounds = { signal: AbortSignal; mostBytes?: number };

/** The end of a reading whose rows have more bytes than it may have. */
export class TooManyBytes extends Error {
  override readonly name = 'TooManyBytes';

  constructor(mostBytes: number) {
    super(`the rows have more than ${mostBytes} bytes`);
  }
}

/** The statements that one call sends. */
export type Reading = {
  /** Why nothing more is read: the reason of the signal, or TooManyBytes. Undefined while it goes on. */
  ended: unknown;
  /** What each statement that is under way, or waits for a connection, does when the reading ends. */
  readonly stops: Set<() => void>;
  /** Those that are under way. */
  readonly underWay: Set<Promise<unknown>>;
  /** Counts bytes of rows as they come. */
  count(bytes: number): void;
};

const readings = new AsyncLocalStorage<Reading | undefined>();

/**
 * Bounds all that `read` reads from the database, with whatever functions: the statements of a pool find their reading
 * by themselves. When the signal aborts, or the rows have too many bytes, the running statements are cancelled in
 * PostgreSQL, further ones are not sent, and this fails with the reason of the signal or with TooManyBytes when all of
 * them have ended.
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
    // Of statements that ran at once, the first failure is thrown before the others have ended.
    await Promise.allSettled(reading.underWay);
    throw reading.ended;
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Statements that the call has left behind may go on, and are not counted any more.
    reading.count = () => undefined;
  }
}

/** Runs work whose result others wait for too, such as a shared load: it ends with no single call. */
export function readForAll<T>(work: () => T): T {
  return currentReading() === undefined ? work() : readings.run(undefined, work);
}

/** The reading that the running code belongs to. */
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
