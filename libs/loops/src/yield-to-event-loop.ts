import { setImmediate as nextRound } from 'node:timers/promises';

/** The turn that was asked for last. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Waits until whatever else the process has to do was done once. For work that goes on for long: of all that asks, one has
 * its turn in each round of the event loop, so that several large requests at once hold up small ones no more than one does.
 */
export async function yieldToEventLoop(): Promise<void> {
  last = last.then(() => nextRound());
  await last;
}
