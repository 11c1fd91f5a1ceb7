import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { type HashedUpTo, hashSlice } from '../enrolling/hash-contacts.ts';

const everyMs = 3_600_000;
/** The loop rests nine times as long as a slice took, which leaves the cores to others. */
const restTimes = 9;
const start: HashedUpTo = { workflowId: 0n, id: 0n };

/** Hashes contacts that were enrolled before there were hashes, or by a process of that time during a rollout, slice by slice. */
export function startHashContacts(ctx: Context): Loop {
  let upTo = start;
  return startLoop({
    name: 'hash contacts',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const startedAt = performance.now();
      const next = await hashSlice(ctx, upTo);
      upTo = next ?? start;
      return next === undefined ? everyMs : (performance.now() - startedAt) * restTimes;
    },
  });
}
