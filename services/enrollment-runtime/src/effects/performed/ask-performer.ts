import type { CallOptions, Client } from '@connectrpc/connect';
import type { Requirement } from '@drippulse/engine';
import type { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { causeMetadata, causeText, fromConnectError } from '@drippulse/rpc';
import { callerOfCall } from '../caller-of-call.ts';
import type { EffectCall, EffectContext, EffectOutcome } from '../effect-call.ts';

/** Timeout of one call to a performer. Work that takes longer is accepted and settled later. */
export const performerTimeoutMs = 30_000;

/** Reasons for a refusal that may no longer apply at the next attempt. */
const passing: ReadonlySet<string> = new Set(['unavailable', 'aborted', 'resource_exhausted', 'internal']);

/** The facts about an effect that a performer needs. */
export type PerformerCall = Pick<
  EffectCall,
  | 'key'
  | 'kind'
  | 'request'
  | 'attempt'
  | 'plannedAt'
  | 'organizationId'
  | 'workflowId'
  | 'enrollmentId'
  | 'stepId'
  | 'agentId'
  | 'mode'
  | 'hops'
  | 'cause'
  | 'signal'
  | 'actor'
>;

/**
 * Calls the service that performs effects of a kind, in the name of the workflow. If there is no such service, a live
 * effect fails permanently, with a reason that people can read.
 */
export async function askPerformer(
  { performers }: EffectContext,
  requirement: Requirement,
  call: PerformerCall,
  ask: (client: Client<typeof EffectsService>, options: CallOptions) => Promise<EffectOutcome>,
): Promise<EffectOutcome> {
  const performer = performers[requirement];
  if (performer === undefined) {
    const error = `needs the service of ${requirement}, which this installation does not run`;
    return { outcome: 'failed', error, retryable: false };
  }
  const caller = callerOfCall(call, call.mode);
  const headers = { 'idempotency-key': call.key, [causeMetadata]: causeText(call) };
  try {
    return await ask(performer.client(caller), { signal: call.signal, timeoutMs: performerTimeoutMs, headers });
  } catch (error) {
    const failure = fromConnectError(error);
    // This process or the performer's process has run out of file descriptors or memory, so no attempt was made.
    if (failure.reason === 'busy') throw failure;
    const { kind, message, retryAfterSeconds } = failure;
    return {
      outcome: 'failed',
      error: `the service of ${requirement} refused it: ${message}`,
      retryable: passing.has(kind),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  }
}
