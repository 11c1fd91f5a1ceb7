import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats a function until it returns a value. After the timeout, throws with the last state. */
export async function until<T>(
  seconds: number,
  look: () => Promise<T | undefined>,
  complaint: () => string,
): Promise<T> {
  for (const end = performance.now() + seconds * 1000; ; await sleep(500)) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${complaint()}`);
  }
}
