import { yieldToEventLoop } from '@drippulse/loops';

/** Work that stops after each part of it, where somebody else may have a turn. */
export type Parts<T> = Generator<undefined, T, undefined>;

/** Characters of a part: rows take 50 µs, what takes longest, messages without members, 6 ms. */
export const partLength = 16 << 10;

/** Does all the parts at once. */
export function finish<T>(parts: Parts<T>): T {
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/** Does the parts one a turn, the first at once. */
export async function finishInTurns<T>(parts: Parts<T>): Promise<T> {
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
    await yieldToEventLoop();
  }
}
