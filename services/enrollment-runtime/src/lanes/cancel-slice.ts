import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { addCounts } from '../enrollments/counters.ts';
import { appendNews } from '../enrollments/events.ts';
import { findRows } from '../enrollments/find-rows.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { stepIdAt } from '../runs/step-at.ts';

const sliceRows = 500;

/** Cancels the next runs of one deleted workflow; answers how many, or undefined when none is to be drained. */
export async function cancelSlice(ctx: Context): Promise<number | undefined> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const lane = await trx
      .selectFrom('lanes')
      .select(['workflow_id', 'organization_id'])
      .where('draining', '=', true)
      .orderBy('workflow_id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (lane === undefined) return undefined;
    const cancelled = await cancelRuns(ctx, trx, lane.workflow_id);
    if (cancelled.size < sliceRows) await stopDraining(trx, lane.workflow_id);
    await tell(ctx, trx, { organizationId: lane.organization_id, workflowId: lane.workflow_id }, cancelled);
    ctx.metrics.enrollmentEnded('cancelled', cancelled.size);
    return cancelled.size;
  });
}

/** Answers the enrollments with the status each had. */
async function cancelRuns(ctx: Context, trx: Transaction<DB>, workflowId: bigint): Promise<Map<bigint, string>> {
  const { rows } = await sql<{ enrollment_id: bigint; status: string }>`
    with ended as (
      delete from runs
      where workflow_id = ${workflowId} and enrollment_id in (
        select enrollment_id from runs where workflow_id = ${workflowId} order by enrollment_id limit ${sliceRows})
      returning *
    ), outcome as (
      insert into outcomes (
        workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, error_line, mode, status)
      select workflow_id, enrollment_id, organization_id, ${ctx.dbNow}, version, step_index, lines, error_line, mode,
        'cancelled'
      from ended
    )
    select enrollment_id, status from ended order by enrollment_id`.execute(trx);
  return new Map(rows.map((row) => [row.enrollment_id, row.status]));
}

async function stopDraining(trx: Transaction<DB>, workflowId: bigint): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ draining: false, wake_at: null })
    .where('workflow_id', '=', workflowId)
    .execute();
}

async function tell(
  ctx: Context,
  trx: Transaction<DB>,
  scope: { organizationId: bigint; workflowId: bigint },
  statuses: ReadonlyMap<bigint, string>,
): Promise<void> {
  const { rows, now } = await findRows(ctx, trx, { ...scope, ids: [...statuses.keys()] });
  const cancelled = await Promise.all(
    rows.map(async (row) => ({ row, definition: await ctx.definitions.get(row.workflowId, row.version) })),
  );
  await appendNews(
    trx,
    cancelled.map(({ row, definition }) => ({
      organizationId: row.organizationId,
      enrollmentId: row.id,
      payload: { case: 'cancelled', value: toProto(row, definition, now) },
    })),
  );
  await addCounts(
    trx,
    cancelled.flatMap(({ row, definition }) => {
      const { workflowId, version, mode } = row;
      const at = { workflowId, version, mode, stepId: stepIdAt(definition, row.stepIndex) };
      return [
        { ...at, counted: 'active' as const, by: -1 },
        { ...at, counted: 'paused' as const, by: statuses.get(row.id) === 'paused' ? -1 : 0 },
        { ...at, counted: 'cancelled' as const, by: 1 },
      ];
    }),
  );
}
