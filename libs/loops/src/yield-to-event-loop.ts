import { setImmediate as nextRound } from 'node:timers/promises';

/** The most recently requested turn. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Lets other work of the process run once, during work that takes long. Only one caller continues in each round of the
 * event loop, so several large requests together delay small requests no more than a single large request does.
 */
export async function yieldToEventLoop(): Promise<void> {
  last = last.then(() => nextRound());
  await last;
}
