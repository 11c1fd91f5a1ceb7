import type { HandlerContext } from '@connectrpc/connect';
import { retryConflicts } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { SettleEffectRequest } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { requirementOf } from '../effects/effects.ts';
import { readResult } from '../effects/performed/outcomes.ts';
import { parseObject } from '../enrollments/contact.ts';
import { settleParked } from '../parking/settle-parked.ts';

/**
 * Stores the result of an effect that its performer accepted. The result may arrive before the acceptance is stored. A
 * repeated result, or a result after the end of the effect, changes nothing.
 */
export async function settleEffect(ctx: Context, request: SettleEffectRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { enrollmentId, key, attempt } = request;
  const effect = await findEffect(ctx, { organizationId, enrollmentId, key });
  if (effect === undefined) throw effectNotFound();
  requirePerformer(ctx, call, effect.kind);
  const result = readResult(request.result ?? {}, parseObject(effect.request));
  if ('problem' in result) throw new DomainError('invalid', 'invalid_result', result.problem);
  const settled = await retryConflicts(() =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} as now`.execute(trx);
      const [{ now: at } = { now: ctx.clock.now() }] = rows;
      return settleParked(trx, { workflowId: effect.workflow_id, enrollmentId, key, attempt, result, at });
    }),
  );
  if (settled) ctx.wake.advance();
  return { settled };
}

type FoundEffect = { workflow_id: bigint; kind: string; request: string };

async function findEffect(
  ctx: Context,
  { organizationId, enrollmentId, key }: { organizationId: bigint; enrollmentId: bigint; key: string },
): Promise<FoundEffect | undefined> {
  const { rows } = await sql<FoundEffect>`
    select workflow_id, kind, request::text as request from effects
    where enrollment_id = ${enrollmentId} and effect_key = ${key} and organization_id = ${organizationId}`.execute(
    ctx.db.kysely,
  );
  return rows[0];
}

/**
 * Requires that the caller is the service that performs effects of this kind. Any other caller gets the error that the
 * effect does not exist.
 */
function requirePerformer({ performers }: Context, call: HandlerContext, kind: string): void {
  const { actor } = callerOf(call);
  const requirement = requirementOf(kind);
  const performer = requirement && performers[requirement];
  if (actor.type !== 'service' || performer?.name !== actor.id) throw effectNotFound();
}

function effectNotFound(): DomainError {
  return new DomainError('not_found', 'effect_not_found', 'There is no effect with this key.');
}
