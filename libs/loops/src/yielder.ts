import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** A counter of work. It returns a promise to await after each `units` of work. */
export type Yielder = (work: number) => Promise<void> | undefined;

/**
 * Counts work, and lets other work of the process run after each `units` of it. It returns undefined until then, so
 * that many small pieces of work cost no turns.
 */
export function createYielder(units: number): Yielder {
  let done = 0;
  return (work) => {
    done += work;
    if (done < units) return undefined;
    done = 0;
    return yieldToEventLoop();
  };
}

/** Does work that yields the units of its parts, and lets other work of the process run after each `units` of them. */
export async function runYielding<T>(work: Iterator<number, T>, yieldAfter: Yielder): Promise<T> {
  for (;;) {
    const part = work.next();
    if (part.done === true) return part.value;
    const turn = yieldAfter(part.value);
    if (turn !== undefined) await turn;
  }
}
