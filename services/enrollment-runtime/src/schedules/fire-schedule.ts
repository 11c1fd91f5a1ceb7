import { addJob } from '@drippulse/db';
import { nextTick } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { enroll } from '../enrolling/enroll.ts';
import { lockLane } from '../lanes/lock-lane.ts';
import { packSourceJob, sourceJobs } from './source-job.ts';

export type DueSchedule = { workflowId: bigint; organizationId: bigint };

/**
 * Fires the due tick, once across all processes. The transaction locks the schedule's row and moves it to the next
 * boundary after now. It then enrolls, or adds the job that enrolls from the source. Ticks that were missed while no
 * process ran fire as one tick. The lane is locked before the schedule, as in a change of the workflow. Returns whether
 * the tick fired.
 */
export async function fireSchedule(ctx: Context, due: DueSchedule): Promise<boolean> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const lane = await lockLane(trx, due);
    if (lane?.state !== 'active') return false;
    const schedule = await lockDue(ctx, trx, due.workflowId);
    if (schedule === undefined) return false;
    const next = nextTick(schedule, schedule.now);
    await (next === undefined
      ? trx.deleteFrom('schedules').where('workflow_id', '=', due.workflowId).execute()
      : trx.updateTable('schedules').set({ next_tick_at: next }).where('workflow_id', '=', due.workflowId).execute());
    const { timezone } = schedule;
    const { workflowId, organizationId } = lane;
    const { source } = await ctx.definitions.get(workflowId, lane.version, trx);
    if (source !== undefined) {
      const input = packSourceJob({ workflowId, timezone, selection: source });
      await addJob(trx, { organizationId, kind: sourceJobs, input, total: 0n });
      return true;
    }
    await enroll(ctx, trx, { lane, mode: lane.mode, timezone, agentId: null, contacts: ['{}'] });
    return true;
  });
}

async function lockDue(ctx: Context, trx: Transaction<DB>, workflowId: bigint) {
  const { rows } = await sql<{ frequency: string; timezone: string; now: Date }>`
    select frequency, timezone, ${ctx.dbNow} as now from schedules
    where workflow_id = ${workflowId} and next_tick_at <= ${ctx.dbNow}
    for update skip locked`.execute(trx);
  return rows[0];
}
