import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { stringifyJson } from '@drippulse/json';
import type { PerformActionRequest } from '@drippulse/proto/drippulse/journeys/v1/actions_pb';
import type { EffectResultSchema } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { callerOf } from '@drippulse/rpc';
import { type ActionOutcome, performAction as perform, readAction } from '../actions/index.ts';
import type { Context } from '../context.ts';
import type { Permits } from '../messaging/index.ts';

/**
 * Performs an action of an agent in the same way as the effect of a step. Unlike for a step, the caller stores the
 * intent and makes retries.
 */
export async function performAction(
  ctx: Context,
  permits: Permits,
  request: PerformActionRequest,
  call: HandlerContext,
) {
  const action = await readAction(ctx, callerOf(call), request, call.signal);
  const outcome = await perform(ctx, permits, action);
  return { result: resultOf(outcome) };
}

function resultOf(outcome: ActionOutcome): MessageInitShape<typeof EffectResultSchema> {
  if (outcome.outcome === 'succeeded') {
    const { message, output } = outcome;
    const bytes = output === undefined ? Buffer.alloc(0) : Buffer.from(stringifyJson(output));
    return { outcome: { case: 'succeeded', value: { message, output: bytes } } };
  }
  if (outcome.outcome === 'skipped') return { outcome: { case: 'skipped', value: { reason: outcome.reason } } };
  const { error, retryable, retryAfterSeconds } = outcome;
  return {
    outcome: {
      case: 'failed',
      value: { error, retryable, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) },
    },
  };
}
