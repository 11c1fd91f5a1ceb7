import { yieldToEventLoop } from '@drippulse/loops';

/** Work that stops after each part, so that other work can have a turn. */
export type Parts<T> = Generator<undefined, T, undefined>;

/**
 * Number of characters in a part. A part of rows takes 50 µs; the slowest input, messages without members, takes 6 ms.
 */
export const partLength = 16 << 10;

/** Does all parts without a pause. */
export function finish<T>(parts: Parts<T>): T {
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/** Does one part in each turn of the event loop. The first part is done immediately. */
export async function finishInTurns<T>(parts: Parts<T>): Promise<T> {
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
    await yieldToEventLoop();
  }
}
