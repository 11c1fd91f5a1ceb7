import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { sweep } from '../hooks/sweep.ts';

const everyMs = 60_000;
const hoursBetween = 24;
/** A sweep that failed, or whose process died, starts again after this time. */
const againMinutes = 15;
const forgottenAtOnce = 1000;
const hookDays = 35;
const operationDays = 90;
const thresholdDays = 400;
const meteredDays = 400;

/** Sweeps once a day across all processes, and deletes old rows. */
export function startSweepStripe(ctx: Context): Loop {
  return startLoop({
    name: 'sweep Stripe',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const seenUntil = await claimSweep(ctx);
      if (seenUntil === undefined) return everyMs;
      const swept = await sweep(ctx, seenUntil);
      await sql`
        update sweeps set seen_until = ${swept.seenUntil}, due_at = ${ctx.dbNow} + ${hoursBetween} * interval '1 hour'`.execute(
        ctx.db.kysely,
      );
      if (swept.missed > 0) ctx.log.warn({ missed: swept.missed }, 'events of Stripe did not come');
      await forget(ctx);
      return everyMs;
    },
  });
}

/**
 * Takes the due sweep, and returns the time up to which the previous sweep has seen events. The first sweep is due a
 * while after the first start.
 */
async function claimSweep(ctx: Context): Promise<number | undefined> {
  await sql`
    insert into sweeps (id, due_at, seen_until)
    values (1, ${ctx.dbNow} + ${againMinutes} * interval '1 minute', extract(epoch from ${ctx.dbNow})::bigint)
    on conflict do nothing`.execute(ctx.db.kysely);
  const { rows } = await sql<{ seen_until: bigint }>`
    update sweeps set due_at = ${ctx.dbNow} + ${againMinutes} * interval '1 minute'
    where due_at <= ${ctx.dbNow} returning seen_until`.execute(ctx.db.kysely);
  return rows[0] && Number(rows[0].seen_until);
}

/** Deletes in slices until no old rows are left. */
async function forget(ctx: Context): Promise<void> {
  const hooks = sql`
    delete from hooks where id in (
      select id from hooks where received_at < ${ctx.dbNow} - ${hookDays} * interval '1 day'
      order by received_at limit ${forgottenAtOnce})`;
  const operations = sql`
    delete from operations where id in (
      select id from operations
      where status <> 'pending' and finished_at < ${ctx.dbNow} - ${operationDays} * interval '1 day'
      order by finished_at limit ${forgottenAtOnce})`;
  const thresholds = sql`
    delete from thresholds where ctid in (
      select ctid from thresholds where reached_at < ${ctx.dbNow} - ${thresholdDays} * interval '1 day'
      order by reached_at limit ${forgottenAtOnce})`;
  const hours = sql`
    delete from metered_hours where ctid in (
      select ctid from metered_hours where hour < ${ctx.dbNow} - ${meteredDays} * interval '1 day'
      order by hour limit ${forgottenAtOnce})`;
  const months = sql`
    delete from metered_months where ctid in (
      select ctid from metered_months where month < ${ctx.dbNow} - ${meteredDays} * interval '1 day'
      order by month limit ${forgottenAtOnce})`;
  for (const statement of [hooks, operations, thresholds, hours, months]) {
    for (let deleted = forgottenAtOnce; deleted === forgottenAtOnce; ) {
      deleted = Number((await statement.execute(ctx.db.kysely)).numAffectedRows ?? 0n);
    }
  }
}
