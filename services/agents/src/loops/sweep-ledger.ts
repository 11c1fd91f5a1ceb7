import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { countNearLimit } from '../ledger/near-limit.ts';
import { sweep } from '../ledger/sweep.ts';

const everyMs = 5_000;
const sliceRows = 50;
const keptDays = 40;

/** Settles reservations of processes that have died, and deletes windows that ended long ago. */
export function startSweepLedger(ctx: Context): Loop {
  return startLoop({
    name: 'sweep the ledger',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const { settled, left, assumedPicoUsd, failures } = await sweep(ctx.db.kysely, sliceRows);
      for (const { executionId, error } of failures) {
        ctx.log.error({ err: error, execution_id: String(executionId) }, 'a reservation could not be settled');
      }
      if (settled > 0) ctx.metrics.swept(settled);
      for (const charge of assumedPicoUsd) ctx.metrics.modelCalled('assumed', charge);
      ctx.metrics.budgetsNearLimit(await countNearLimit(ctx.db.kysely));
      await forgetWindows(ctx);
      return settled === sliceRows && left === 0 ? 0 : everyMs;
    },
  });
}

async function forgetWindows({ db }: Context): Promise<void> {
  await sql`
    delete from spend_windows where key in (
      select key from spend_windows
      where ends_at < clock_timestamp() - ${keptDays} * interval '1 day' and reserved_pico_usd = 0
      order by ends_at limit ${sliceRows} for update skip locked)`.execute(db.kysely);
  await sql`
    delete from installation_days where day < (clock_timestamp() - ${keptDays} * interval '1 day')::date`.execute(
    db.kysely,
  );
}
