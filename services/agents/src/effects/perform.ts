import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { DomainError } from '@drippulse/errors';
import { type EffectResult, PerformEffectResponseSchema } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { fromConnectError } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { type ExecutionView, isActive } from '../executions/rows.ts';
import { startExecution } from '../executions/start.ts';
import type { AskedEffect } from './asked-effect.ts';
import { failed, resultOf } from './result.ts';
import { type EffectRow, executionOf, findEffect, storeTry } from './rows.ts';

type Answer = MessageInitShape<typeof PerformEffectResponseSchema>;

/** Time after the execution's deadline for leases to end and for the result to be reported. */
const graceMs = 300_000;
const dayMs = 86_400_000;
/** Maximum time that a step waits for a workflow. It equals the maximum duration of a step. */
const longestMs = 365 * dayMs;

const passing: ReadonlySet<DomainError['kind']> = new Set(['unavailable', 'aborted', 'internal', 'resource_exhausted']);

/**
 * Starts the execution that a step requests, with the key of the effect. A repeated request gets the stored answer or
 * the state of the execution. All attempts of one effect share the execution, so that nothing is done twice.
 */
export async function performEffect(ctx: Context, effect: AskedEffect): Promise<Answer> {
  const { organizationId } = effect.asked.caller;
  const known = await findEffect(ctx.db.kysely, { organizationId, key: effect.key, plannedAt: effect.plannedAt });
  if (known !== undefined && known.attempt >= effect.attempt) return answerOf(ctx, known);
  try {
    const { view } = await startExecution(ctx, effect.asked);
    const state = isActive(view) ? ('accepted' as const) : ('ended' as const);
    await storeTry(ctx.db.kysely, effect, { executionId: view.id, state });
    if (state === 'ended') return ended(resultOf(view));
    await reportIfEnded(ctx, effect, view);
    return accepted(view);
  } catch (error) {
    const failure = fromConnectError(error);
    if (failure.reason === 'busy') throw failure;
    return refuse(ctx, effect, failure);
  }
}

/** Returns the answer to a repeated attempt, based on the stored result of the earlier attempt. */
async function answerOf(ctx: Context, known: EffectRow): Promise<Answer> {
  if (known.state === 'refused') return ended(refusalOf(known));
  const view = await executionOf(ctx.db.kysely, known);
  if (view === undefined) return ended(failed('its execution is gone'));
  return isActive(view) ? accepted(view) : ended(resultOf(view));
}

export function refusalOf({ failure, retryable, retry_after_seconds: retryAfterSeconds }: EffectRow): EffectResult {
  return failed(failure ?? 'refused', { retryable, retryAfterSeconds: retryAfterSeconds ?? undefined });
}

async function refuse(
  ctx: Context,
  effect: AskedEffect,
  { kind, message, retryAfterSeconds }: DomainError,
): Promise<Answer> {
  const retryable = passing.has(kind);
  await storeTry(ctx.db.kysely, effect, {
    executionId: null,
    state: 'refused',
    failure: message,
    retryable,
    retry_after_seconds: retryAfterSeconds ?? null,
  });
  return ended(failed(message, { retryable, retryAfterSeconds }));
}

/**
 * Schedules the report of a result if the execution ended before the attempt was stored. The end itself did not
 * schedule a report in that case.
 */
async function reportIfEnded(
  ctx: Context,
  { key, plannedAt, asked: { caller } }: AskedEffect,
  { id }: ExecutionView,
): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    update effects set state = 'ended', report_at = clock_timestamp()
    where organization_id = ${caller.organizationId} and effect_key = ${key} and planned_at = ${plannedAt} and state = 'accepted'
      and exists (select from executions where id = ${id} and status not in ('queued', 'running', 'waiting_approval'))`.execute(
    ctx.db.kysely,
  );
  if (numAffectedRows > 0n) ctx.wake.reports();
}

function ended(result: EffectResult): Answer {
  return { answer: { case: 'result', value: result } };
}

function accepted({ id, work, deadline_at: deadline, created_at: createdAt }: ExecutionView): Answer {
  const until = work === 'workflow' ? createdAt.getTime() + longestMs : (deadline ?? createdAt).getTime() + graceMs;
  return create(PerformEffectResponseSchema, {
    answer: {
      case: 'accepted',
      value: { until: timestampFromDate(new Date(until)), message: `Execution ${id} continues` },
    },
  });
}
