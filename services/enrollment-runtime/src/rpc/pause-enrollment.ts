import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import {
  EnrollmentsService,
  type PauseEnrollmentRequestSchema,
  type PauseEnrollmentResponseSchema,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB, Runs } from '../db/schema.ts';
import { trustedMs } from '../effect-pool/effect-pool.ts';
import { effectDeadlineMs } from '../effects/deadline.ts';
import { answerRow } from '../enrollments/answer.ts';
import { parseObject } from '../enrollments/contact.ts';
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
    if (place.run.status === 'active') await hold(ctx, trx, place.run);
    const { row, definition, enrollment } = await answerRow(ctx, trx, lane, id);
    if (place.run.status === 'active') {
      const stepId = stepIdAt(definition, row.stepIndex);
      await addCounts(trx, [{ workflowId, version: row.version, mode: row.mode, stepId, counted: 'paused', by: 1 }]);
    }
    return { enrollment };
  });
}

/**
 * Without a lease nothing says any more that an attempt is in flight: it is not repeated before it has certainly ended,
 * unless its result comes and frees the run.
 */
async function hold(ctx: Context, trx: Transaction<DB>, run: Selectable<Runs>): Promise<void> {
  const { workflow_id: workflowId, enrollment_id: id } = run;
  const endsMs = run.phase === 'effect' && run.lease_until !== null ? await attemptEndsMs(trx, run) : undefined;
  const nextRunAt =
    endsMs === undefined ? sql`next_run_at` : sql`${ctx.dbNow} + make_interval(secs => ${endsMs / 1000}::float8)`;
  await sql`
    update runs set status = 'paused', wake_at = null, lease_until = null, fence = fence + 1, updated_at = ${ctx.dbNow},
      next_run_at = ${nextRunAt}
    where workflow_id = ${workflowId} and enrollment_id = ${id}`.execute(trx);
}

/** Of the effect that the run handed out last, also if it is started only now, see `trustedMs`. */
async function attemptEndsMs(trx: Transaction<DB>, run: Selectable<Runs>): Promise<number | undefined> {
  const effect = await trx
    .selectFrom('effects')
    .select(['kind', 'request'])
    .where('enrollment_id', '=', run.enrollment_id)
    .where('step_index', '=', run.step_index)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return effect && trustedMs + effectDeadlineMs(effect.kind, parseObject(effect.request));
}
