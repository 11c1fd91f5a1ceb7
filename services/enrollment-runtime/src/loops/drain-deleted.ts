import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { cancelSlice } from '../runs/cancel-slice.ts';

/**
 * The loop rests nine times as long as a slice took, which leaves the cores to other work. A deleted workflow has
 * already stopped, so nobody waits for the loop.
 */
const restTimes = 9;
const maxPauseMs = 2_000;

/** Cancels the runs of deleted workflows, slice by slice. The deletion of the lane already stopped them. */
export function startDrainDeleted(ctx: Context): Loop {
  return startLoop({
    name: 'drain deleted workflows',
    log: ctx.log,
    async run() {
      const startedAt = performance.now();
      const cancelled = await cancelSlice(ctx);
      if (cancelled === undefined) return undefined;
      if (cancelled > 0) ctx.relay.wake();
      return Math.min((performance.now() - startedAt) * restTimes, maxPauseMs);
    },
  });
}
