import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  EnrollmentsService,
  type PauseEnrollmentRequest,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB, Runs } from '../db/schema.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import { attemptEndsMs } from '../effects/attempt-ends.ts';
import { answerRow } from '../enrollments/answer.ts';
import { addCounts } from '../funnel/counters.ts';
import { hintAnswered } from '../funnel/hint-moves.ts';
import { requireLane, requireLockedLane } from '../lanes/require-lane.ts';
import { lockPlace } from '../runs/lock-place.ts';

/**
 * Pauses a run. Raising the fence takes the run from the worker that has leased it. The result of an effect in flight
 * is recorded, and moves the run when the run is resumed.
 */
export async function pauseEnrollment(ctx: Context, request: PauseEnrollmentRequest, call: HandlerContext) {
  const { workflowId, id } = request;
  await requireLane(ctx, call, workflowId);
  const { pauseEnrollment: method } = EnrollmentsService.method;
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    const lane = await requireLockedLane(trx, { organizationId: caller.organizationId, workflowId });
    const place = await lockPlace(trx, { ...lane, id });
    if (place.kind === 'ended') {
      throw new DomainError('failed_precondition', 'enrollment_ended', 'The enrollment has ended.');
    }
    if (place.run.status === 'active') await pauseRun(ctx, trx, place.run);
    const { row, definition, enrollment } = await answerRow(ctx, trx, lane, id);
    if (place.run.status === 'active') {
      const stepId = stepIdAt(definition, row.stepIndex);
      await addCounts(trx, [{ workflowId, version: row.version, mode: row.mode, stepId, counted: 'paused', by: 1 }]);
    }
    return { enrollment };
  });
  hintAnswered(ctx, callerOf(call).organizationId, response, 'paused');
  return response;
}

/**
 * Pauses a run and ends its lease. Without a lease nothing shows that an attempt is in flight. Therefore the run is not
 * due before the attempt has certainly ended, unless its result arrives earlier.
 */
async function pauseRun(ctx: Context, trx: Transaction<DB>, run: Selectable<Runs>): Promise<void> {
  const { workflow_id: workflowId, enrollment_id: id } = run;
  const endsMs =
    run.phase === 'effect' && run.lease_until !== null
      ? await attemptEndsMs(trx, { enrollmentId: id, stepIndex: run.step_index })
      : undefined;
  const nextRunAt =
    endsMs === undefined ? sql`next_run_at` : sql`${ctx.dbNow} + make_interval(secs => ${endsMs / 1000}::float8)`;
  await sql`
    update runs set status = 'paused', wake_at = null, lease_until = null, fence = fence + 1, updated_at = ${ctx.dbNow},
      next_run_at = ${nextRunAt}
    where workflow_id = ${workflowId} and enrollment_id = ${id}`.execute(trx);
}
