import { isInfrastructureError } from '@drippulse/db';
import { type Loop, startLoop } from '@drippulse/loops';
import { isSuspended } from '@drippulse/service';
import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { type DueSchedule, fireSchedule } from '../schedules/fire-schedule.ts';

/** Maximum number of schedules in one read. */
const batch = 100;

/** Fires due schedules and sleeps until the next one is due. */
export function startFireSchedules(ctx: Context): Loop {
  return startLoop({
    name: 'fire schedules',
    log: ctx.log,
    async run() {
      const due = await findDue(ctx);
      const failures = await fireAll(ctx, due);
      if (failures.length > 0) throw new AggregateError(failures, `${failures.length} schedules could not be fired`);
      return due.length === batch ? 0 : nextDueMs(ctx);
    },
  });
}

/**
 * Fires due schedules. A schedule that cannot be fired does not delay the others. If the database is unavailable, all
 * schedules are delayed.
 */
async function fireAll(ctx: Context, due: readonly DueSchedule[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const schedule of due) {
    try {
      if (await fireSchedule(ctx, schedule)) {
        ctx.relay.wake();
        ctx.wake.advance();
        ctx.wake.sources();
      }
    } catch (error) {
      if (isInfrastructureError(error)) throw error;
      failures.push(error);
    }
  }
  return failures;
}

async function findDue(ctx: Context): Promise<DueSchedule[]> {
  const { rows } = await dueQuery(ctx).execute(ctx.db.kysely);
  return rows;
}

/** Selects due schedules. Every process runs the query every second, so it must read only schedules that are due. */
export function dueQuery({ dbNow }: Pick<Context, 'dbNow'>): RawBuilder<DueSchedule> {
  return sql<DueSchedule>`
    select workflow_id as "workflowId", organization_id as "organizationId" from schedules
    where next_tick_at <= ${dbNow} and not ${isSuspended(sql.ref('schedules.organization_id'))} order by next_tick_at limit ${batch}`;
}

/**
 * Returns the milliseconds until the next schedule is due. Schedules that other processes have locked are tried again
 * at the next turn of the loop, not immediately.
 */
async function nextDueMs(ctx: Context): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(next_tick_at) - ${ctx.dbNow}) * 1000)::float8 as ms from schedules
    where next_tick_at > ${ctx.dbNow}`.execute(ctx.db.kysely);
  return rows[0]?.ms ?? undefined;
}
