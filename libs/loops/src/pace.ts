import { yieldToEventLoop } from './yield-to-event-loop.ts';

/**
 * Counts work, and lets the rest of the process run after each `units` of it. Nothing to await while less was done, so that much
 * small work takes no turns.
 */
export function createPace(units: number): (work: number) => Promise<void> | undefined {
  let done = 0;
  return (work) => {
    done += work;
    if (done < units) return undefined;
    done = 0;
    return yieldToEventLoop();
  };
}
