import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { cancelSlice } from '../lanes/cancel-slice.ts';

/**
 * After a slice it rests nine times as long as that took, so that others keep their cores: nobody waits for it, as a
 * deleted workflow has stopped already.
 */
const restTimes = 9;
const maxPauseMs = 2_000;

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
      return Math.min((performance.now() - startedAt) * restTimes, maxPauseMs);
    },
  });
}
