import type { HandlerContext } from '@connectrpc/connect';
import {
  type DeleteEnrollmentRequest,
  EnrollmentsService,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Caller } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import { blankApprovals } from '../approvals/index.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import type { EnrollmentRow } from '../enrollments/enrollment-row.ts';
import { appendNews } from '../enrollments/events.ts';
import { findRows } from '../enrollments/find-rows.ts';
import { enrollmentNotFound } from '../enrollments/refusals.ts';
import { removeTexts } from '../enrollments/search-blocks.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { addCounts } from '../funnel/counters.ts';
import { hintMoves } from '../funnel/hint-moves.ts';
import { addMarks, type Mark } from '../funnel/marks.ts';
import { startStepCounts } from '../funnel/step-counts.ts';
import { forgetGoals } from '../goals/index.ts';
import { requireLane, requireLockedLane } from '../lanes/require-lane.ts';
import { endHeld, type FreedPlace, wakeHeld } from '../messaging/index.ts';
import { countCancelled, countedVariants } from '../runs/count-steps.ts';
import { lockPlace, type Place } from '../runs/lock-place.ts';
import { cancelParked } from '../runs/store-parked.ts';

/**
 * Ends the run by its fence, and removes the enrollment from lists and counters. The enrollment's timeline, effects and
 * messages stay, so the result of an effect in flight is still recorded.
 */
export async function deleteEnrollment(ctx: Context, request: DeleteEnrollmentRequest, call: HandlerContext) {
  const { workflowId, id } = request;
  await requireLane(ctx, call, workflowId);
  const { deleteEnrollment: method } = EnrollmentsService.method;
  const removed: EnrollmentRow[] = [];
  const freed: FreedPlace[] = [];
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    const lane = await requireLockedLane(trx, { organizationId: caller.organizationId, workflowId });
    const place = await lockPlace(trx, { ...lane, id });
    const { rows, now } = await findRows(ctx, trx, { ...lane, ids: [id] });
    const [row] = rows;
    if (row === undefined) throw enrollmentNotFound();
    await remove(ctx, trx, row, caller);
    freed.push(...(await endHeld(trx, [id], { reason: 'the enrollment was removed', now })));
    // Approvals are ended even for a run that is not parked or has ended, because another service may have requested an
    // approval for the enrollment.
    await cancelParked(ctx, trx, [id]);
    // These rows are deleted now, because a later erasure would not find the rows of a removed enrollment.
    await blankApprovals(trx, { organizationId: row.organizationId, enrollmentIds: [id] });
    await reportRemoval(ctx, trx, { row, place }, now);
    removed.push(row);
    return {};
  });
  ctx.relay.wake();
  hintMoves(ctx, removed, 'removed');
  await wakeHeld(ctx, freed);
  return response;
}

async function remove(ctx: Context, trx: Transaction<DB>, row: EnrollmentRow, caller: Caller): Promise<void> {
  const { organizationId, workflowId, id } = row;
  for (const table of ['runs', 'outcomes'] as const) {
    await trx.deleteFrom(table).where('workflow_id', '=', workflowId).where('enrollment_id', '=', id).execute();
  }
  await forgetGoals(trx, { workflowId, ids: [id] });
  await trx.deleteFrom('run_data').where('enrollment_id', '=', id).execute();
  await removeTexts(trx, { workflowId, ids: [id] });
  await trx.deleteFrom('enrollments').where('workflow_id', '=', workflowId).where('id', '=', id).execute();
  await sql`
    insert into removals (organization_id, enrollment_id, workflow_id, removed_at, status, actor_type, actor_id)
    values (${organizationId}, ${id}, ${workflowId}, ${ctx.dbNow}, ${row.status}, ${caller.actor.type}, ${caller.actor.id})`.execute(
    trx,
  );
}

async function reportRemoval(
  ctx: Context,
  trx: Transaction<DB>,
  { row, place }: { row: EnrollmentRow; place: Place },
  now: Date,
): Promise<void> {
  const { organizationId, workflowId, version, mode, id, status } = row;
  const definition = await ctx.definitions.get(workflowId, version, trx);
  if (place.kind === 'living') {
    const counting = startStepCounts();
    const { variants, entered_at: enteredAt } = place.run;
    countCancelled(counting, { ...row, definition, variants, enteredAt }, now);
    const ended = { ...row, status: 'cancelled' as const, nextRunAt: null, updatedAt: now, endedAt: now };
    const value = toProto(ended, definition, now);
    const payload = { case: 'cancelled' as const, value };
    const counted = countedVariants(definition, variants);
    const news = { organizationId, enrollmentId: id, cause: row.cause, variants: counted, payload };
    await appendNews(trx, [news], [], counting.news());
    ctx.metrics.enrollmentEnded('cancelled');
  }
  const isHeldOut = row.outcome === 'holdout';
  const at = { workflowId, version, mode, stepId: stepIdAt(definition, row.stepIndex) };
  if (!isHeldOut)
    await addCounts(trx, [
      { ...at, counted: status === 'paused' ? 'active' : status, by: -1 },
      { ...at, counted: 'paused', by: status === 'paused' ? -1 : 0 },
    ]);
  await addMarks(trx, isHeldOut ? [{ workflowId, mode, kind: 'holdout', name: '', by: -1 }] : marksOf(row));
}

/** Returns the counts to subtract for the enrollment's goals, and for the goal that ended it. */
function marksOf({ workflowId, mode, outcome, goalsMet }: EnrollmentRow): Mark[] {
  const marks = goalsMet.map(({ name }): Mark => ({ workflowId, mode, kind: 'goal', name, by: -1 }));
  return outcome === null ? marks : [...marks, { workflowId, mode, kind: 'exited_by', name: outcome, by: -1 }];
}
