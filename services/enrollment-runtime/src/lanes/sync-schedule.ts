import { nextTick, type Step, scheduleOf } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { LaneState } from './lane.ts';

/**
 * Updates the schedule of a workflow from its trigger, in the transaction of the change and under the lane's lock. Only
 * an active workflow has a schedule. A new or changed trigger first fires at its next boundary after now. After any
 * other change, the schedule keeps its next boundary. The time is read after the lock was acquired, so a tick that
 * fired in the meantime does not fire twice.
 */
export async function syncSchedule(
  ctx: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  change: { organizationId: bigint; workflowId: bigint; state: LaneState; steps: readonly Step[] },
): Promise<void> {
  const { organizationId, workflowId, state, steps } = change;
  const schedule = state === 'active' ? scheduleOf(steps) : undefined;
  const next = schedule && nextTick(schedule, await timeNow(ctx, trx));
  if (schedule === undefined || next === undefined) {
    await trx.deleteFrom('schedules').where('workflow_id', '=', workflowId).execute();
    return;
  }
  const { frequency, timezone } = schedule;
  await trx
    .insertInto('schedules')
    .values({ workflow_id: workflowId, organization_id: organizationId, frequency, timezone, next_tick_at: next })
    .onConflict((conflict) =>
      conflict
        .column('workflow_id')
        .doUpdateSet({ frequency, timezone, next_tick_at: next })
        .where((eb) => eb.or([eb('schedules.frequency', '!=', frequency), eb('schedules.timezone', '!=', timezone)])),
    )
    .execute();
}

/** Returns the time of the statement, unlike `dbNow`, which is the start of the transaction. */
async function timeNow(ctx: Pick<Context, 'dbNow'>, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} + (clock_timestamp() - now()) as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no time');
  return row.now;
}
