import { setImmediate as nextRound } from 'node:timers/promises';

/** The turn that was requested last. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Lets other work of the process run once, during work that takes long. One caller continues in each round of the event
 * loop, so several large requests delay small requests no more than a single large one does.
 */
export async function yieldToEventLoop(): Promise<void> {
  last = last.then(() => nextRound());
  await last;
}
