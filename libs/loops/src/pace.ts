import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** Counts work. Returns something to await after each so many units. */
export type Pace = (work: number) => Promise<void> | undefined;

/**
 * Counts work, and lets the rest of the process run after each `units` of it. Nothing to await while less was done, so that much
 * small work takes no turns.
 */
export function createPace(units: number): Pace {
  let done = 0;
  return (work) => {
    done += work;
    if (done < units) return undefined;
    done = 0;
    return yieldToEventLoop();
  };
}

/** Does work that yields the units of its parts, at a pace. */
export async function paced<T>(work: Iterator<number, T>, pace: Pace): Promise<T> {
  for (;;) {
    const part = work.next();
    if (part.done === true) return part.value;
    const turn = pace(part.value);
    if (turn !== undefined) await turn;
  }
}
