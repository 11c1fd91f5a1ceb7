import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type DeleteEnrollmentRequest,
  EnrollmentsService,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Caller } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
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
import { requireLane, requireLockedLane } from '../lanes/require-lane.ts';
import { lockPlace } from '../runs/lock-place.ts';

/**
 * Ends the run by its fence, and removes the enrollment from lists and counters. Its timeline, effects and messages
 * stay, so the result of an effect in flight is still recorded.
 */
export async function deleteEnrollment(ctx: Context, request: DeleteEnrollmentRequest, call: HandlerContext) {
  const { workflowId, id } = request;
  await requireLane(ctx, call, workflowId);
  const { deleteEnrollment: method } = EnrollmentsService.method;
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    const lane = await requireLockedLane(trx, { organizationId: caller.organizationId, workflowId });
    await lockPlace(trx, { ...lane, id });
    const { rows, now } = await findRows(ctx, trx, { ...lane, ids: [id] });
    const [row] = rows;
    if (row === undefined) throw enrollmentNotFound();
    await remove(ctx, trx, row, caller);
    await reportRemoval(ctx, trx, row, now);
    return {};
  });
  ctx.relay.wake();
  return response;
}

async function remove(ctx: Context, trx: Transaction<DB>, row: EnrollmentRow, caller: Caller): Promise<void> {
  const { organizationId, workflowId, id } = row;
  for (const table of ['runs', 'outcomes'] as const) {
    await trx.deleteFrom(table).where('workflow_id', '=', workflowId).where('enrollment_id', '=', id).execute();
  }
  await trx.deleteFrom('run_data').where('enrollment_id', '=', id).execute();
  await removeTexts(trx, { workflowId, ids: [id] });
  await trx.deleteFrom('enrollments').where('workflow_id', '=', workflowId).where('id', '=', id).execute();
  await sql`
    insert into removals (organization_id, enrollment_id, workflow_id, removed_at, status, actor_type, actor_id)
    values (${organizationId}, ${id}, ${workflowId}, ${ctx.dbNow}, ${row.status}, ${caller.actor.type}, ${caller.actor.id})`.execute(
    trx,
  );
}

async function reportRemoval(ctx: Context, trx: Transaction<DB>, row: EnrollmentRow, now: Date): Promise<void> {
  const { organizationId, workflowId, version, mode, id, status } = row;
  const definition = await ctx.definitions.get(workflowId, version);
  if (row.endedAt === null) {
    const ended = { ...row, status: 'cancelled' as const, nextRunAt: null, updatedAt: now, endedAt: now };
    const value = toProto(ended, definition, now);
    await appendNews(trx, [
      { organizationId, enrollmentId: id, cause: row.cause, payload: { case: 'cancelled', value } },
    ]);
    ctx.metrics.enrollmentEnded('cancelled');
  }
  const at = { workflowId, version, mode, stepId: stepIdAt(definition, row.stepIndex) };
  await addCounts(trx, [
    { ...at, counted: status === 'paused' ? 'active' : status, by: -1 },
    { ...at, counted: 'paused', by: status === 'paused' ? -1 : 0 },
  ]);
}
