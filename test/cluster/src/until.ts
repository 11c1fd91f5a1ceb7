import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until it answers something, and gives up with the last complaint. */
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
