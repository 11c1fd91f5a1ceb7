import { isInfrastructureError } from '@drippulse/db';
import { causeOfEnrollment } from '../chains/cause.ts';
import type { Context } from '../context.ts';
import type { EffectOutcome } from '../effects/effect-call.ts';
import { askEffect, effects, performEffect } from '../effects/effects.ts';
import type { Permits } from '../messaging/index.ts';
import type { LeasedEffect } from './leased-effect.ts';

export type Attempt = { result: EffectOutcome; durationMs: number };

/**
 * Makes one attempt outside of any transaction. A thrown error is a bug of the platform and counts as a transient
 * failure. An error of the infrastructure, for example when the process has run out of file descriptors, does not count
 * as an attempt: it is rethrown, the lease of the run ends, and the effect is performed again with the same attempt
 * number.
 */
export async function attempt(
  ctx: Context,
  permits: Permits,
  leased: LeasedEffect,
  stopping: AbortSignal,
): Promise<Attempt> {
  const { effect, run, request, asks } = leased;
  const { identity, state } = run;
  const { adapters, chains, clients, clock, links, performers } = ctx;
  const definition = await ctx.definitions.get(identity.workflowId, identity.version);
  const deadline = startDeadline(effects[effect.kind].deadlineMs(request), stopping);
  const startedAt = performance.now();
  const carryOut = asks ? askEffect : performEffect;
  const result = await carryOut(
    { adapters, chains, clients, clock, links, performers, permits },
    {
      key: effect.key,
      kind: effect.kind,
      request,
      plannedAt: effect.plannedAt,
      organizationId: identity.organizationId,
      workflowId: identity.workflowId,
      enrollmentId: identity.id,
      stepId: effect.stepId,
      mode: identity.mode,
      email: identity.email,
      leadRef: identity.leadRef,
      timezone: identity.timezone,
      definition,
      hops: identity.hops,
      cause: causeOfEnrollment(identity),
      attempt: state.attempt,
      agentId: identity.agentId,
      signal: deadline.signal,
    },
  )
    .catch((error: unknown): EffectOutcome => {
      if (isInfrastructureError(error)) throw error;
      ctx.log.error({ err: error, effect_key: effect.key, kind: effect.kind }, 'an effect could not be performed');
      return { outcome: 'failed', error: 'the platform could not perform it', retryable: true };
    })
    .finally(deadline.clear);
  const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
  ctx.metrics.effectTried(effect.kind, result.outcome, durationMs);
  return { result, durationMs };
}

/**
 * Starts a deadline that aborts after `timeoutMs` or when the process stops. Its timer is cleared with the attempt:
 * `AbortSignal.timeout` would keep its signal in memory until it fires, long after most attempts have ended.
 */
function startDeadline(timeoutMs: number, stopping: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  if (stopping.aborted) abort();
  stopping.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      stopping.removeEventListener('abort', abort);
    },
  };
}
