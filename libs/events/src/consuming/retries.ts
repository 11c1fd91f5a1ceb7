/** What follows from a failure: `failures` counts all in a row, `tries` those of the event itself. */
export type Retry = { failures: number; tries: number; delayMs: number; isExhausted: boolean };

/** Counts how often the event at the front of each partition failed. */
export type Retries = {
  failed(partition: number, offset: bigint, cause: 'event' | 'infrastructure', nowMs: number): Retry;
  succeeded(partition: number): void;
  /** Whether the event itself, and not its surroundings, failed before. */
  isSuspect(partition: number, offset: bigint): boolean;
};

type Failure = { offset: bigint; failures: number; tries: number; firstTryAtMs: number };

const maxTries = 10;
const maxTryingMs = 5 * 60_000;
const maxDelayMs = { event: 30_000, infrastructure: 5000 };

/**
 * Ten tries within five minutes for an event that fails; failures of the surroundings only count for the delay, which
 * starts at `firstDelayMs` and doubles, with jitter, up to 5 s for them and 30 s for the event (ten tries in a minute).
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
