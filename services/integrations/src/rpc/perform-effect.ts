import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { PerformEffectRequest } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { callerOf } from '@drippulse/rpc';
import { askedEffect } from '../effects/effect.ts';
import type { Effects } from '../effects/perform-effect.ts';

/** Performs an effect within the call, so the answer is never `accepted`. */
export async function performEffect(effects: Effects, request: PerformEffectRequest, call: HandlerContext) {
  const { organizationId, mode } = callerOf(call);
  // Refuses test enrollments. The runtime does not request their effects, but only describes them.
  if (mode !== 'live') throw new DomainError('permission_denied', 'test_mode', 'A test enrollment calls no provider.');
  const result = await effects.perform(askedEffect(organizationId, request));
  return { answer: { case: 'result' as const, value: result } };
}
