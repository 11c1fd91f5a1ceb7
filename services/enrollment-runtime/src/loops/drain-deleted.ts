import { type Loop, startLoop } from '@drippulse/runtime';
import type { Context } from '../context.ts';
import { cancelSlice } from '../lanes/cancel-slice.ts';

/** The longest pause after a slice: it takes no more than half of the time, so that others keep theirs. */
const maxPauseMs = 250;

/** Cancels the runs of deleted workflows, slice by slice; the lane stopped them all when it was deleted. */
export function startDrainDeleted(ctx: Context): Loop {
  return startLoop({
    name: 'drain deleted workflows',
    log: ctx.log,
    async run() {
      const startedAt = performance.now();
      const cancelled = await cancelSlice(ctx);
      if (cancelled === undefined) return undefined;
      if (cancelled > 0) ctx.relay.wake();
      return Math.min(performance.now() - startedAt, maxPauseMs);
    },
  });
}
