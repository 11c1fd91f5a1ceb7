/**
 * The consequence of a failure. `failures` is the number of all successive failures, `tries` the number of those that
 * the event itself caused.
 */
export type Retry = { failures: number; tries: number; delayMs: number; isExhausted: boolean };

/** Counts the failures of the first event of each partition. */
export type Retries = {
  failed(partition: number, offset: bigint, cause: 'event' | 'infrastructure', nowMs: number): Retry;
  succeeded(partition: number): void;
  /** Returns whether the event itself has failed before, other than by an infrastructure error. */
  isSuspect(partition: number, offset: bigint): boolean;
};

type Failure = { offset: bigint; failures: number; tries: number; firstTryAtMs: number };

const maxTries = 10;
const maxTryingMs = 5 * 60_000;
const maxDelayMs = { event: 30_000, infrastructure: 5000 };

/**
 * Creates the counts. An event that fails gets ten tries within five minutes. The delay starts at `firstDelayMs`
 * (default 100) and doubles, with jitter, up to 30 s, so that ten tries take about a minute. Infrastructure errors do
 * not use up tries; the delay after them doubles up to 5 s.
 */
export function createRetries(firstDelayMs = 100): Retries {
  const failures = new Map<number, Failure>();
  return {
    failed(partition, offset, cause, nowMs) {
      const last = failures.get(partition);
      const failure = last?.offset === offset ? last : { offset, failures: 0, tries: 0, firstTryAtMs: 0 };
      failures.set(partition, failure);
      failure.failures += 1;
      if (cause === 'event') {
        if (failure.tries === 0) failure.firstTryAtMs = nowMs;
        failure.tries += 1;
      }
      const delayMs = Math.min(firstDelayMs * 2 ** (failure.failures - 1), maxDelayMs[cause]);
      const isLate = nowMs - failure.firstTryAtMs > maxTryingMs;
      return {
        failures: failure.failures,
        tries: failure.tries,
        delayMs: delayMs * (0.75 + Math.random() / 4),
        isExhausted: cause === 'event' && (failure.tries >= maxTries || isLate),
      };
    },
    succeeded(partition) {
      failures.delete(partition);
    },
    isSuspect(partition, offset) {
      const failure = failures.get(partition);
      return failure !== undefined && failure.offset === offset && failure.tries > 0;
    },
  };
}
