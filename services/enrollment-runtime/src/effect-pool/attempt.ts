import type { Context } from '../context.ts';
import { effectDeadlineMs } from '../effects/deadline.ts';
import type { EffectOutcome } from '../effects/effect-call.ts';
import { performEffect } from '../effects/perform.ts';
import type { HeldEffect } from './held-effect.ts';

export type Attempt = { result: EffectOutcome; durationMs: number };

/** One attempt, outside of any transaction. A throw is a fault of ours and counts as a failure that may pass. */
export async function attempt(ctx: Context, held: HeldEffect, stopping: AbortSignal): Promise<Attempt> {
  const { effect, run, request } = held;
  const { identity, state } = run;
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(effectDeadlineMs(effect.kind, request))]);
  const startedAt = performance.now();
  const result = await performEffect(ctx, {
    key: effect.key,
    kind: effect.kind,
    request,
    organizationId: identity.organizationId,
    workflowId: identity.workflowId,
    enrollmentId: identity.id,
    stepId: effect.stepId,
    mode: identity.mode,
    hops: identity.hops,
    attempt: state.attempt,
    signal,
  }).catch((error: unknown): EffectOutcome => {
    ctx.log.error({ err: error, effect_key: effect.key, kind: effect.kind }, 'an effect could not be performed');
    return { outcome: 'failed', error: 'the platform could not perform it', retryable: true };
  });
  const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
  ctx.metrics.effectTried(effect.kind, result.outcome, durationMs);
  return { result, durationMs };
}
