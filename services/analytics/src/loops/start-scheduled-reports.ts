import { type Loop, startLoop } from '@drippulse/loops';
import { modeOf } from '@drippulse/rpc';
import { isSuspended } from '@drippulse/service';
import { serviceOf } from '@drippulse/topology';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { unpackParameters } from '../parameters.ts';
import { askReport, keptUntil } from '../reports/ask.ts';
import type { ReportRow } from '../reports/rows.ts';
import { unpackSchedule } from '../schedules/schedule.ts';
import { parametersOfTick, tickAfter } from '../schedules/ticks.ts';

const batch = 50;
const leastMs = 1_000;
const isReportSuspended = isSuspended(sql.ref('reports.organization_id'));

/** Requests the reports of ticks. After a time in which no process ran, requests one report for all missed ticks. */
export function startScheduledReports(ctx: Context): Loop {
  return startLoop({
    name: 'start scheduled reports',
    log: ctx.log,
    async run() {
      const count = await ctx.db.kysely.transaction().execute((trx) => startDue(ctx, trx));
      if (count > 0) ctx.wake.reports();
      return count === batch ? 0 : nextDueMs(ctx);
    },
  });
}

/**
 * Requests due reports. A report and the next tick are stored in one commit, so several processes make one report per
 * tick.
 */
async function startDue(ctx: Context, trx: Transaction<DB>): Promise<number> {
  const { rows } = await sql<ReportRow & { next_run_at: Date; schedule: string }>`
    select * from reports
    where next_run_at <= clock_timestamp() and schedule is not null and not ${isReportSuspended}
    order by next_run_at limit ${batch} for update skip locked`.execute(trx);
  for (const row of rows) await startTick(ctx, trx, row);
  return rows.length;
}

async function startTick(
  ctx: Context,
  trx: Transaction<DB>,
  row: ReportRow & { next_run_at: Date; schedule: string },
): Promise<void> {
  const { id, organization_id: organizationId, mode, type, format, next_run_at: tick } = row;
  const schedule = unpackSchedule(row.schedule);
  const now = ctx.clock.now();
  await askReport(trx, {
    ...{ organizationId, mode: modeOf(mode), type, format, asOf: now },
    parameters: parametersOfTick(unpackParameters(row.parameters), tick, schedule.timezone),
    actor: { type: 'service', id: serviceOf('analytics') },
    tick: { scheduledBy: id, at: tick },
  });
  await trx
    .updateTable('reports')
    .set({
      // The clock of this process may be behind the clock of the database. The next tick is therefore counted from this
      // tick if the process's time is earlier.
      next_run_at: tickAfter(schedule, new Date(Math.max(now.getTime(), tick.getTime()))),
      expires_at: keptUntil(now),
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

async function nextDueMs(ctx: Context): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(next_run_at) - clock_timestamp()) * 1000)::float8 as ms from reports
    where next_run_at is not null and not ${isReportSuspended}`.execute(ctx.db.kysely);
  const ms = rows[0]?.ms ?? undefined;
  return ms === undefined ? undefined : Math.max(leastMs, ms);
}
