import type { ModelResult } from '../../calls/step.ts';
import type { Context } from '../../context.ts';
import { type CallResult, callModel } from '../../llm/call.ts';
import type { CallPlace } from '../../tools/check-call.ts';
import type { Contact } from '../../tools/constraints.ts';
import type { Claimed } from '../claim.ts';
import { postpone } from '../commits.ts';
import { endExecution } from '../end.ts';
import type { Lanes } from '../in-lanes.ts';
import type { End } from '../step.ts';
import { beginCall } from './begin.ts';
import { chargeOf } from './charge.ts';
import { commitAnswer, commitPlan, commitQuestion } from './commit.ts';
import { type LoadedModel, loadModel, stateOf } from './load.ts';
import { nextOfModel } from './next.ts';
import { otherPrice } from './other-price.ts';
import { contactOf, placeOf } from './place.ts';
import { resultOfCall } from './read-result.ts';
import { attemptStep, withdrawApprovals } from './tools.ts';

/** Delay until a parked execution is checked again. Before that, only an event wakes it. */
const parkedMs = 600_000;

/**
 * Drives an execution with model calls until it ends or waits. Each intent is committed with its reservation, and each
 * result with its cost. No transaction contains a call to another service.
 */
export async function driveModel(ctx: Context, lanes: Lanes, claimed: Claimed, stopping: AbortSignal): Promise<void> {
  let contact: Contact | undefined;
  for (let isDue = true; ; isDue = false) {
    const loaded = await loadModel(ctx, claimed);
    if (loaded === undefined) return;
    if (loaded.row.status === 'cancelled') return withdrawApprovals(ctx, claimed, loaded);
    if (loaded.isDeleted) return ctx.wake.removals();
    contact ??= await contactOf(ctx, loaded);
    const place = placeOf(loaded, contact);
    const following = nextOfModel(stateOf(ctx, loaded, place, isDue));
    if (following.do === 'end') return endExecution(ctx, claimed, following.end);
    if (following.do === 'wait') return postpone(ctx, claimed, { ms: following.ms, isParked: false });
    if (following.do === 'park') return postpone(ctx, claimed, { ms: parkedMs, isParked: true });
    const goesOn =
      following.do === 'plan'
        ? await commitPlan(ctx, claimed, following.steps)
        : following.do === 'perform'
          ? await attemptStep(ctx, claimed, { loaded, place, seq: following.seq }, stopping)
          : await attempt(ctx, lanes, claimed, { loaded, place }, stopping);
    if (!goesOn) return;
    await ctx.fault?.('after-commit');
  }
}

/** Makes one attempt of the last step. Returns false if the execution has ended or is lost. */
async function attempt(
  ctx: Context,
  lanes: Lanes,
  claimed: Claimed,
  { loaded, place }: { loaded: LoadedModel; place: CallPlace },
  stopping: AbortSignal,
): Promise<boolean> {
  const step = loaded.steps.at(-1);
  if (step === undefined) throw new Error('an execution has no step');
  const startedAt = ctx.clock.now();
  const begun = await beginCall(ctx, claimed, { loaded, place, step });
  if (begun === undefined) return false;
  if ('end' in begun) {
    await endExecution(ctx, claimed, begun.end);
    return false;
  }
  if ('question' in begun) return commitQuestion(ctx, claimed, { seq: step.seq, ...begun.question });
  await ctx.fault?.('before-send');
  const { llm, request, body } = begun.prepared;
  const called = hasStoodStill(ctx, startedAt)
    ? stoodStill
    : await callModel(llm, { request, body, timeoutMs: begun.timeoutMs, signal: stopping });
  await ctx.fault?.('after-answer');
  const result = resultOfCall(called);
  ctx.metrics.called(step.kind, result.outcome);
  const charge = chargeOf(called, begun.prepared, await otherPrice(ctx, begun.prepared, called));
  const end = endAfter(ctx, { loaded, place }, result);
  const isOwn = await commitAnswer(ctx, claimed, { call: begun.call, result, ...charge });
  if (!isOwn || end === undefined) return isOwn;
  await ctx.fault?.('after-commit');
  // The end has its own transaction, because a longer transaction would delay other calls of the organization: the
  // settlement locks budget windows that they need too.
  await lanes.end({ claimed, end });
  return false;
}

/**
 * Whether another process may have taken over the execution after the time `since`. A lease is renewed three times
 * within its duration, so a process that missed a renewal cannot know whether it still has the lease.
 */
function hasStoodStill({ clock, config }: Context, since: Date): boolean {
  return clock.now().getTime() - since.getTime() > config.leaseMs / 3;
}

const stoodStill: CallResult = { kind: 'not_sent', error: 'The process stood still before it could send the request.' };

/** Returns the end of an execution that the last step's result ends; undefined while the execution continues. */
function endAfter(
  ctx: Context,
  { loaded, place }: { loaded: LoadedModel; place: CallPlace },
  result: ModelResult,
): End | undefined {
  if (result.outcome !== 'succeeded' && result.outcome !== 'failed') return undefined;
  const steps = loaded.steps.map((step, index) =>
    index === loaded.steps.length - 1 ? { ...step, status: result.outcome, result } : step,
  );
  const following = nextOfModel(stateOf(ctx, { ...loaded, steps }, place, false));
  return following.do === 'end' ? following.end : undefined;
}
