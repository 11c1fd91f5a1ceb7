import { type Asking, modelsOf, type Prepared, prepareCall } from '../calls/prepare.ts';
import { withRoom } from '../calls/room.ts';
import type { ModelStep } from '../calls/step.ts';
import { settleInterrupted } from '../chain/model/begin.ts';
import { chargeOf } from '../chain/model/charge.ts';
import { notePlan } from '../chain/model/commit.ts';
import { otherPrice } from '../chain/model/other-price.ts';
import { resultOfCall } from '../chain/model/read-result.ts';
import type { Context } from '../context.ts';
import { budgetExceeded } from '../ledger/exceeded.ts';
import { type Call, settle } from '../ledger/spend.ts';
import { callModel } from '../llm/call.ts';
import { requireLlm } from '../model-connections/require-llm.ts';
import { type Rehearsal, RehearsalLost, type Rehearsed, withStep } from './rehearsal.ts';

/**
 * Makes one attempt of the last step, a model call. If an answer to the same request bytes is recorded, uses that
 * answer instead of a call.
 */
export async function attempt(
  ctx: Context,
  rehearsal: Rehearsal,
  steps: Rehearsed['steps'],
  stopping: AbortSignal,
): Promise<ModelStep[]> {
  const step = steps.at(-1);
  if (step === undefined) throw new Error('a chain has no step');
  const llm = await requireLlm(ctx, rehearsal.payer.organizationId);
  const models = modelsOf(llm, rehearsal.bounds);
  const asking: Asking = { ...rehearsal, organizationId: rehearsal.payer.organizationId, steps };
  const prepare = (model: string) => prepareCall(ctx, llm, asking, model);
  const known = await recordedAnswer(rehearsal, models, prepare);
  if (known !== undefined) {
    const request = { ...step.request, model: known.prepared.request.model, body: known.prepared.body };
    return withStep(steps, { ...step, request, status: 'succeeded', result: known.result });
  }
  const begun: ModelStep = { ...step, attempts: step.attempts + 1, result: null };
  const number = begun.formerAttempts + begun.attempts;
  const { ledger, spender, deadline } = rehearsal;
  const { createdAt, executionId, kind } = ledger;
  const call: Call = { createdAt, executionId, seq: ledger.seqBefore + step.seq, attempt: number };
  const timeoutMs = Math.max(1, deadline.getTime() - ctx.clock.now().getTime());
  const reserved = await withRoom(ctx, rehearsal.payer, models, prepare, async (trx, _prepared, reserveCall) => {
    if (!(await rehearsal.store(trx, withStep(steps, begun)))) throw new RehearsalLost();
    if (number > 1) await settleInterrupted(trx, { ...call, attempt: number - 1 });
    await reserveCall(trx, call, { spender, kind, timeoutMs, isSent: true });
  });
  if ('exceeded' in reserved) throw budgetExceeded(reserved.exceeded);
  return send(ctx, rehearsal, { steps, begun, call, prepared: reserved.prepared, timeoutMs }, stopping);
}

/** Finds a recorded answer to the request for one of the models. Tries the models in their order. */
async function recordedAnswer(
  { recorded: { answers } }: Rehearsal,
  models: readonly string[],
  prepare: (model: string) => Promise<Prepared>,
): Promise<{ prepared: Prepared; result: ModelStep['result'] } | undefined> {
  if (answers.size === 0) return undefined;
  for (const model of models) {
    const prepared = await prepare(model);
    const result = answers.get(prepared.body);
    if (result !== undefined) return { prepared, result };
  }
  return undefined;
}

async function send(
  ctx: Context,
  rehearsal: Rehearsal,
  o: { steps: Rehearsed['steps']; begun: ModelStep; call: Call; prepared: Prepared; timeoutMs: number },
  stopping: AbortSignal,
): Promise<ModelStep[]> {
  const { prepared, begun, call } = o;
  const { llm, request, body } = prepared;
  await ctx.fault?.('before-send');
  const called = await callModel(llm, { request, body, timeoutMs: o.timeoutMs, signal: stopping });
  await ctx.fault?.('after-answer');
  const result = resultOfCall(called);
  ctx.metrics.called(begun.kind, result.outcome);
  const { settlement, tokens } = chargeOf(called, prepared, await otherPrice(ctx, prepared, called));
  const status = result.outcome === 'succeeded' || result.outcome === 'failed' ? result.outcome : 'intent';
  const ended: ModelStep = { ...begun, status, result, request: { ...begun.request, model: request.model } };
  const steps = withStep(o.steps, ended);
  const isOwn = await ctx.db.kysely.transaction().execute(async (trx) => {
    // Does not store the result of a call that this process has aborted, because an aborted call is no evidence about
    // the version. The call is repeated later.
    const own = !stopping.aborted && (await rehearsal.store(trx, steps));
    if (await settle(trx, call, settlement, tokens)) await notePlan(trx, rehearsal.payer.organizationId);
    return own;
  });
  ctx.metrics.modelCalled(settlement.state, settlement.chargePicoUsd);
  if (!isOwn) throw new RehearsalLost();
  await ctx.fault?.('after-commit');
  return steps;
}
