import { setTimeout as sleep } from 'node:timers/promises';

/** Runs a piece of work and then rests before it returns the result. */
export type DutyCycle = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Pruning is not urgent. It works at most a tenth of the time, and less if its statements wait for locks or other work.
 */
const restTimes = 9;
const maxRestMs = 5_000;

/**
 * Creates a cycle that rests nine times as long as the work took, up to a limit. The cycle throws when the signal is
 * aborted, before the work or during the rest.
 */
export function createDutyCycle(signal: AbortSignal): DutyCycle {
  return async (work) => {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const result = await work();
    await sleep(restMs(performance.now() - startedAt), undefined, { signal });
    return result;
  };
}

/** Returns the length of the rest in milliseconds after work of this duration. */
export function restMs(workedMs: number): number {
  return Math.min(workedMs * restTimes, maxRestMs);
}
