import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import { appendNews } from '../enrollments/events.ts';
import { findRows } from '../enrollments/find-rows.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { addCounts } from '../funnel/counters.ts';
import { startStepCounts } from '../funnel/step-counts.ts';
import { endHeld, type FreedPlace } from '../messaging/index.ts';
import { countCancelled, countedVariants } from './count-steps.ts';
import { cancelParked } from './store-parked.ts';

/** The state of a run when it ended. */
type EndedRun = { status: string; variants: string | null; enteredAt: Date };

/**
 * The results of ending runs: the last state of each run by its enrollment, and the freed places for `wakeHeld` after
 * the commit.
 */
type EndedRuns = { runs: Map<bigint, EndedRun>; freed: FreedPlace[] };

/** Ends runs of a workflow as cancelled, including those that a worker has leased. */
export async function endRuns(
  ctx: Context,
  trx: Transaction<DB>,
  { workflowId, ids, reason }: { workflowId: bigint; ids: RawBuilder<unknown>; reason: 'workflow_deleted' | 'erased' },
): Promise<EndedRuns> {
  const { rows } = await sql<{
    enrollment_id: bigint;
    status: string;
    variants: string | null;
    entered_at: Date;
    ended_at: Date;
  }>`
    with ended as (
      delete from runs
      where workflow_id = ${workflowId} and enrollment_id in (${ids})
      returning *
    ), outcome as (
      insert into outcomes (
        workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, error_line, mode, status,
        reason, variants)
      select workflow_id, enrollment_id, organization_id, ${ctx.dbNow}, version, step_index, lines, error_line, mode,
        'cancelled', ${reason}, variants
      from ended
    )
    select enrollment_id, status, variants, entered_at, ${ctx.dbNow} as ended_at from ended order by enrollment_id`.execute(
    trx,
  );
  const ended = rows.map((row) => row.enrollment_id);
  // Parkings are ended even for runs that are not parked, because a service that performs an effect may have requested
  // an approval.
  await cancelParked(ctx, trx, ended);
  if (ended.length > 0) await sql`delete from goal_watches where enrollment_id = any(${ended}::bigint[])`.execute(trx);
  const [{ ended_at: now } = { ended_at: ctx.clock.now() }] = rows;
  const freed = await endHeld(trx, ended, { reason: endReasons[reason], now });
  const runs = rows.map(({ enrollment_id: id, status, variants, entered_at: enteredAt }) => {
    return [id, { status, variants, enteredAt }] as const;
  });
  return { runs: new Map(runs), freed };
}

const endReasons = { workflow_deleted: 'the workflow was deleted', erased: 'the person was erased' };

/** Writes events and counters for the runs that `endRuns` ended. */
export async function reportCancelled(
  ctx: Context,
  trx: Transaction<DB>,
  scope: { organizationId: bigint; workflowId: bigint },
  runs: ReadonlyMap<bigint, EndedRun>,
): Promise<void> {
  const { rows, now } = await findRows(ctx, trx, { ...scope, ids: [...runs.keys()] });
  const cancelled = await Promise.all(
    rows.map(async (row) => ({ row, definition: await ctx.definitions.get(row.workflowId, row.version) })),
  );
  const counting = startStepCounts();
  for (const { row, definition } of cancelled) {
    const { variants = null, enteredAt = now } = runs.get(row.id) ?? {};
    countCancelled(counting, { ...row, definition, variants, enteredAt }, now);
  }
  await appendNews(
    trx,
    cancelled.map(({ row, definition }) => ({
      organizationId: row.organizationId,
      enrollmentId: row.id,
      cause: row.cause,
      variants: countedVariants(definition, runs.get(row.id)?.variants ?? null),
      payload: { case: 'cancelled', value: toProto(row, definition, now) },
    })),
    [],
    counting.news(),
  );
  await addCounts(
    trx,
    cancelled.flatMap(({ row, definition }) => {
      const { workflowId, version, mode } = row;
      const at = { workflowId, version, mode, stepId: stepIdAt(definition, row.stepIndex) };
      return [
        { ...at, counted: 'active' as const, by: -1 },
        { ...at, counted: 'paused' as const, by: runs.get(row.id)?.status === 'paused' ? -1 : 0 },
        { ...at, counted: 'cancelled' as const, by: 1 },
      ];
    }),
  );
}
