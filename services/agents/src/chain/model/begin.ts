import { DomainError } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import { sql } from 'kysely';
import { modelsOf, type Prepared, prepareCall } from '../../calls/prepare.ts';
import { withRoom } from '../../calls/room.ts';
import { type ModelStep, raisedBy } from '../../calls/step.ts';
import type { Context } from '../../context.ts';
import { type Exceeded, exceededText } from '../../ledger/exceeded.ts';
import { settlementOf } from '../../ledger/outcomes.ts';
import { type Raise, raiseFor } from '../../ledger/raises.ts';
import { type Call, settle } from '../../ledger/spend.ts';
import type { Spender } from '../../ledger/windows.ts';
import { requireLlm } from '../../model-connections/require-llm.ts';
import type { CallPlace } from '../../tools/check-call.ts';
import type { Claimed } from '../claim.ts';
import { isOwn } from '../commits.ts';
import type { End } from '../step.ts';
import type { LoadedModel } from './load.ts';

/** An attempt that is committed with its reservation and ready to be sent. */
export type Begun = { prepared: Prepared; call: Call; timeoutMs: number };

/** The refusal because of a full budget, and the raise that a person may approve. */
type Question = { refusal: string; raise: Raise };

/**
 * Commits the start of an attempt with its reservation, before it is sent. Returns undefined if the execution is lost.
 */
export async function beginCall(
  ctx: Context,
  claimed: Claimed,
  { loaded, place, step }: { loaded: LoadedModel; place: CallPlace; step: ModelStep },
): Promise<Begun | { end: End } | { question: Question } | undefined> {
  const { row, bounds, now } = loaded;
  const timeoutMs = Math.max(1, (row.deadline_at ?? now).getTime() - now.getTime());
  const attempt = step.formerAttempts + step.attempts + 1;
  const call = { createdAt: claimed.created_at, executionId: claimed.id, seq: step.seq, attempt };
  const payer = { organizationId: row.organization_id, agentId: row.agent_id, mode: row.mode };
  try {
    const llm = await requireLlm(ctx, row.organization_id);
    const models = modelsOf(llm, bounds);
    const prepare = (model: string) =>
      prepareCall(ctx, llm, { ...loaded, place, organizationId: row.organization_id }, model);
    const begun = await withRoom(ctx, payer, models, prepare, async (trx, prepared, reserveCall) => {
      const { model } = prepared.request;
      const own = await sql`update executions set model = ${model} where ${isOwn(claimed)}`.execute(trx);
      if (own.numAffectedRows !== 1n) return false;
      const request = stringifyJson({ ...step.request, model, body: prepared.body });
      await sql`
        update execution_steps set attempts = ${attempt}, first_sent_at = coalesce(first_sent_at, clock_timestamp()), result = null,
          request = ${request}
        where created_at = ${call.createdAt} and execution_id = ${call.executionId} and seq = ${call.seq}`.execute(trx);
      // An attempt whose reservation is still open was interrupted, so its outcome is unknown.
      const interrupted = { ...call, attempt: attempt - 1 };
      if (attempt > 1) await settleInterrupted(trx, interrupted);
      await reserveCall(trx, call, { spender: spenderOf(loaded), kind: row.kind, timeoutMs, isSent: true });
      return true;
    });
    if ('exceeded' in begun) return refusedBy(loaded, begun.exceeded);
    return begun.value ? { prepared: begun.prepared, call, timeoutMs } : undefined;
  } catch (error) {
    // These refusals end the execution, even though the price, the model or the limit may change later.
    if (error instanceof DomainError && ends.has(error.reason)) return { end: endOf(error.reason, error.message) };
    throw error;
  }
}

/**
 * Returns the end of the execution, or the question to raise the limit. Each limit is raised at most once for an
 * execution, and only if the policy allows the question.
 */
function refusedBy({ bounds, steps }: LoadedModel, exceeded: Exceeded): { end: End } | { question: Question } {
  const refusal = exceededText(exceeded);
  const raise = bounds.asksForRoom ? raiseFor(exceeded, bounds.executionPicoUsd) : undefined;
  if (raise === undefined || raisedBy(steps).has(raise.key)) return { end: endOf('budget_exceeded', refusal) };
  return { question: { refusal, raise } };
}

const ends = new Set(['llm_not_configured', 'model_price_unknown', 'model_overrun']);

function endOf(code: string, message: string): End {
  return { status: 'failed', code, message };
}

/** Settles an attempt as interrupted, if its reservation is open. The attempt's outcome is unknown. */
export async function settleInterrupted(trx: Parameters<typeof settle>[0], call: Call): Promise<void> {
  const open = await trx
    .selectFrom('reservations')
    .select('amount_pico_usd')
    .where('created_at', '=', call.createdAt)
    .where('execution_id', '=', call.executionId)
    .where('seq', '=', call.seq)
    .where('attempt', '=', call.attempt)
    .where('state', '=', 'open')
    .executeTakeFirst();
  if (open !== undefined) await settle(trx, call, settlementOf({ kind: 'unknown' }, open.amount_pico_usd));
}

/** Returns the owners of the budgets that a call counts towards. */
function spenderOf({ row, bounds, steps }: LoadedModel): Spender {
  return {
    organizationId: row.organization_id,
    agentId: row.agent_id,
    executionId: row.id,
    workflowId: row.source_workflow_id,
    enrollmentId: row.source_enrollment_id,
    executionPicoUsd: bounds.executionPicoUsd,
    agentDayPicoUsd: bounds.agentDayPicoUsd,
    raised: raisedBy(steps),
  };
}
