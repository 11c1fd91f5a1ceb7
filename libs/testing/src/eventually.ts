import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Maximum time in milliseconds of every wait for a state. No test depends on it, so a higher limit slows down no test
 * that passes. The time limit of a test is twice as long (`testTimeout` of jest), so that a wait ends first and names
 * the missing state.
 */
export const patienceMs = 60_000;

/**
 * Repeats `check` until it neither throws nor returns `false`, and returns its result. After `timeoutMs` (`patienceMs`)
 * it throws the error of the last try.
 */
export async function eventually<T>(check: () => Promise<T> | T, options: { timeoutMs?: number } = {}): Promise<T> {
  const { timeoutMs = patienceMs } = options;
  const end = Date.now() + timeoutMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const outcome = await attempt(check);
    if (outcome.passed) return outcome.value;
    if (Date.now() > end) throw outcome.error ?? new Error(`not so within ${timeoutMs} ms`);
    await sleep(pauseMs);
  }
}

type Outcome<T> = { passed: true; value: T } | { passed: false; error: unknown };

async function attempt<T>(check: () => Promise<T> | T): Promise<Outcome<T>> {
  try {
    const value = await check();
    return value === false ? { passed: false, error: undefined } : { passed: true, value };
  } catch (error) {
    return { passed: false, error };
  }
}
