import { type Loop, startLoop } from '@drippulse/loops';
import { isSuspended } from '@drippulse/service';
import { serviceOf } from '@drippulse/topology';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { startRun } from '../runs/start-run.ts';
import { startOf } from '../sources/insert-source.ts';
import type { DataSourceRow } from '../sources/rows.ts';

const batch = 50;
const leastMs = 1_000;
const isSourceSuspended = isSuspended(sql.ref('data_sources.organization_id'));

/** Starts due scheduled runs. If a run of the data source is still active, the start is skipped and recorded. */
export function startScheduledRuns(ctx: Context): Loop {
  return startLoop({
    name: 'start scheduled runs',
    log: ctx.log,
    async run() {
      const count = await ctx.db.kysely.transaction().execute((trx) => startDue(ctx, trx));
      if (count > 0) ctx.wake.runs();
      return count === batch ? 0 : nextDueMs(ctx.db.kysely);
    },
  });
}

/** Starts due runs whose data source no other process has locked. */
async function startDue(ctx: Context, trx: Transaction<DB>): Promise<number> {
  const { rows } = await sql<DataSourceRow>`
    select * from data_sources
    where next_run_at <= clock_timestamp() and deleted_at is null and not ${isSourceSuspended}
    order by next_run_at limit ${batch} for update skip locked`.execute(trx);
  for (const source of rows) {
    const started = await startRun(ctx, trx, source, {
      trigger: 'schedule',
      isDry: false,
      confirmsArchive: false,
      actor: { type: 'service', id: serviceOf('integrations') },
    });
    const now = ctx.clock.now();
    await trx
      .updateTable('data_sources')
      .set({ next_run_at: startOf(source, now), ...(started === undefined && { last_skipped_at: now }) })
      .where('id', '=', source.id)
      .execute();
  }
  return rows.length;
}

/** Returns the milliseconds until the next permitted run is due, at least 1,000; undefined if no run is scheduled. */
export async function nextDueMs(db: Kysely<DB>): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(next_run_at) - clock_timestamp()) * 1000)::float8 as ms from data_sources
    where next_run_at is not null and not ${isSourceSuspended}`.execute(db);
  const ms = rows[0]?.ms ?? undefined;
  return ms === undefined ? undefined : Math.max(leastMs, ms);
}
