import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  EnrollmentsService,
  type PauseEnrollmentRequestSchema,
  type PauseEnrollmentResponseSchema,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { DomainError } from '@drippulse/runtime';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { answerRow } from '../enrollments/answer.ts';
import { addCounts } from '../enrollments/counters.ts';
import { lockPlace } from '../enrollments/lock-run.ts';
import { requireLane, requireLockedLane, requireMode } from '../enrollments/scope.ts';
import { stepIdAt } from '../runs/step-at.ts';

/** A worker that holds the run loses it by the fence; an effect in flight is recorded, and moves it when it is resumed. */
export async function pauseEnrollment(
  ctx: Context,
  request: MessageShape<typeof PauseEnrollmentRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof PauseEnrollmentResponseSchema>> {
  const { workflowId, id } = request;
  await requireLane(ctx, call, workflowId);
  const { pauseEnrollment: method } = EnrollmentsService.method;
  return transact(ctx, call, method, request, async (trx, caller) => {
    const lane = await requireLockedLane(trx, { organizationId: caller.organizationId, workflowId });
    const place = await lockPlace(trx, { ...lane, id });
    requireMode(caller, place.kind === 'living' ? place.run.mode : place.outcome.mode);
    if (place.kind === 'ended') {
      throw new DomainError('failed_precondition', 'enrollment_ended', 'The enrollment has ended.');
    }
    if (place.run.status === 'active') {
      // An effect that may be in flight is not looked at again before its lease would have ended, or its result came.
      await sql`
        update runs set status = 'paused', wake_at = null, lease_until = null, fence = fence + 1, updated_at = ${ctx.dbNow},
          next_run_at = case when phase = 'effect' then coalesce(lease_until, next_run_at) else next_run_at end
        where workflow_id = ${workflowId} and enrollment_id = ${id}`.execute(trx);
    }
    const { row, definition, enrollment } = await answerRow(ctx, trx, lane, id);
    if (place.run.status === 'active') {
      const stepId = stepIdAt(definition, row.stepIndex);
      await addCounts(trx, [{ workflowId, version: row.version, mode: row.mode, stepId, counted: 'paused', by: 1 }]);
    }
    return { enrollment };
  });
}
