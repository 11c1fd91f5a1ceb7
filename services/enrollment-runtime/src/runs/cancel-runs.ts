import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import { appendNews } from '../enrollments/events.ts';
import { findRows } from '../enrollments/find-rows.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { addCounts } from '../funnel/counters.ts';

/** Ends runs of a workflow as cancelled, also those that a worker has leased. Returns the status that each had. */
export async function endRuns(
  ctx: Context,
  trx: Transaction<DB>,
  { workflowId, ids }: { workflowId: bigint; ids: RawBuilder<unknown> },
): Promise<Map<bigint, string>> {
  const { rows } = await sql<{ enrollment_id: bigint; status: string }>`
    with ended as (
      delete from runs
      where workflow_id = ${workflowId} and enrollment_id in (${ids})
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

/** Writes events and counters for the runs that `endRuns` ended. */
export async function reportCancelled(
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
      cause: row.cause,
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
