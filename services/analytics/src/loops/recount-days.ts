import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { markNext } from '../rollups/mark-days.ts';
import { recountNext } from '../rollups/recount-next.ts';

const idleMs = 60_000;

/** Recounts marked days in the order of their marks. Afterwards, marks the days that a rebuild has not marked yet. */
export function startRecountDays(ctx: Context): Loop {
  return startLoop({
    name: 'recount days',
    log: ctx.log,
    maxIdleMs: idleMs,
    async run() {
      const days = await recountNext(ctx.db.kysely);
      if (days === undefined) return (await markNext(ctx.db.kysely)) ? 0 : idleMs;
      ctx.metrics.daysRecounted(days);
      return 0;
    },
  });
}
