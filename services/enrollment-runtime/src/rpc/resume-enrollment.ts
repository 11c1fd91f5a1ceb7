import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  EnrollmentsService,
  type ResumeEnrollmentRequest,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import { answerRow } from '../enrollments/answer.ts';
import { addCounts } from '../funnel/counters.ts';
import { hintAnswered } from '../funnel/hint-moves.ts';
import { requireLane, requireLockedLane } from '../lanes/require-lane.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import { lockPlace } from '../runs/lock-place.ts';

/**
 * Resumes a paused run. The run is due at its original time, so a wait whose end has passed during the pause is over.
 */
export async function resumeEnrollment(ctx: Context, request: ResumeEnrollmentRequest, call: HandlerContext) {
  const { workflowId, id } = request;
  await requireLane(ctx, call, workflowId);
  const { resumeEnrollment: method } = EnrollmentsService.method;
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    const lane = await requireLockedLane(trx, { organizationId: caller.organizationId, workflowId });
    const place = await lockPlace(trx, { ...lane, id });
    if (place.kind === 'ended') {
      throw new DomainError('failed_precondition', 'enrollment_ended', 'The enrollment has ended.');
    }
    const wasPaused = place.run.status === 'paused';
    const dueAt = wasPaused ? await release(ctx, trx, { workflowId, id }) : undefined;
    const { row, definition, enrollment } = await answerRow(ctx, trx, lane, id);
    if (dueAt !== undefined) {
      await wakeLanes(trx, [{ workflowId, at: dueAt }]);
      const stepId = stepIdAt(definition, row.stepIndex);
      await addCounts(trx, [{ workflowId, version: row.version, mode: row.mode, stepId, counted: 'paused', by: -1 }]);
    }
    return { enrollment };
  });
  hintAnswered(ctx, callerOf(call).organizationId, response, 'resumed');
  ctx.wake.advance();
  return response;
}

async function release(
  ctx: Context,
  trx: Transaction<DB>,
  { workflowId, id }: { workflowId: bigint; id: bigint },
): Promise<Date | undefined> {
  const { rows } = await sql<{ wake_at: Date }>`
    update runs set status = 'active', wake_at = coalesce(next_run_at, ${ctx.dbNow}), updated_at = ${ctx.dbNow}
    where workflow_id = ${workflowId} and enrollment_id = ${id}
    returning wake_at`.execute(trx);
  return rows[0]?.wake_at;
}
