import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { retryConflicts } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { RetryFailuresRequest } from '@drippulse/proto/drippulse/enrollments/v1/failures_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { hintMoves } from '../funnel/hint-moves.ts';
import { lockLane } from '../lanes/lock-lane.ts';
import { retryIn } from './retry-enrollment.ts';

/** Maximum number of enrollments in one response. Each enrollment is retried in its own transaction. */
const partSize = 100;
/**
 * Milliseconds after which no further enrollment is retried, so that the response with the number of retried
 * enrollments arrives in time.
 */
const partMs = 5_000;

/**
 * Retries failed enrollments. Leaves out an enrollment that cannot be retried, because it was retried, deleted or
 * erased in the meantime.
 */
export async function retryFailures(ctx: Context, request: RetryFailuresRequest, call: HandlerContext) {
  const { organizationId, actor } = callerOf(call);
  if (actor.type !== 'service') {
    throw new DomainError('permission_denied', 'service_required', 'Only services retry what failed for them.');
  }
  const found = await findFailures(ctx, organizationId, request);
  const startedAt = performance.now();
  let retried = 0;
  let last: Found | undefined;
  for (const one of found) {
    if (last !== undefined && performance.now() - startedAt > partMs) break;
    if (await retryOne(ctx, { organizationId, workflowId: one.workflow_id, id: one.enrollment_id })) retried += 1;
    last = one;
  }
  if (retried > 0) ctx.wake.advance();
  return {
    retried,
    afterWorkflowId: last?.workflow_id ?? request.afterWorkflowId,
    afterEnrollmentId: last?.enrollment_id ?? request.afterEnrollmentId,
    isLast: found.length < partSize && last === found.at(-1),
  };
}

type Found = { workflow_id: bigint; enrollment_id: bigint };

/**
 * Finds failed enrollments whose last effect at their final step used the connection and failed. Leaves out an effect
 * whose outcome is unknown, because the effect may have been performed, so a person must decide.
 */
async function findFailures({ db }: Context, organizationId: bigint, request: RetryFailuresRequest): Promise<Found[]> {
  const since = request.failedSince === undefined ? new Date(0) : timestampDate(request.failedSince);
  const until = request.failedUntil === undefined ? new Date(0) : timestampDate(request.failedUntil);
  const { rows } = await sql<Found>`
    select outcomes.workflow_id, outcomes.enrollment_id
    from lanes join outcomes on outcomes.workflow_id = lanes.workflow_id
      join lateral (
        select request ->> 'integration_id' as integration, request ->> 'connection_key' as connection_key, status,
          coalesce(result ->> 'error', '') as error
        from effects
        where effects.enrollment_id = outcomes.enrollment_id and effects.step_index = outcomes.step_index
        order by created_at desc, effect_key desc limit 1) as effect on true
    where lanes.organization_id = ${organizationId} and lanes.workflow_id >= ${request.afterWorkflowId}
      and outcomes.status = 'failed' and outcomes.mode = 'live'
      and outcomes.ended_at >= ${since} and outcomes.ended_at < ${until}
      and (outcomes.workflow_id, outcomes.enrollment_id) > (${request.afterWorkflowId}, ${request.afterEnrollmentId})
      and effect.status = 'failed' and effect.integration = ${request.integration}
      and effect.connection_key = ${request.connectionKey} and effect.error not like 'outcome_unknown: %'
    order by outcomes.workflow_id, outcomes.enrollment_id limit ${partSize}`.execute(db.kysely);
  return rows;
}

/** Error codes for which an enrollment is skipped. */
const passedOver: ReadonlySet<string> = new Set([
  ...['enrollment_not_failed', 'enrollment_erased', 'enrollment_not_found', 'workflow_not_found'],
]);

async function retryOne(
  ctx: Context,
  key: { organizationId: bigint; workflowId: bigint; id: bigint },
): Promise<boolean> {
  try {
    await retryConflicts(() =>
      ctx.db.kysely.transaction().execute(async (trx) => {
        const lane = await lockLane(trx, key);
        if (lane === undefined) throw new DomainError('not_found', 'workflow_not_found', 'The workflow was deleted.');
        await retryIn(ctx, trx, lane, key.id);
      }),
    );
  } catch (error) {
    if (error instanceof DomainError && passedOver.has(error.reason)) return false;
    throw error;
  }
  hintMoves(ctx, [{ ...key, mode: 'live' }], 'retried');
  return true;
}
