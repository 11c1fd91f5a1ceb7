import type { HandlerContext } from '@connectrpc/connect';
import type { PerformEffectRequest } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readEffect } from '../effects/asked-effect.ts';
import { performEffect as perform } from '../effects/perform.ts';
import { failed } from '../effects/result.ts';

export async function performEffect(ctx: Context, request: PerformEffectRequest, call: HandlerContext) {
  const effect = readEffect(callerOf(call), request);
  if ('refused' in effect) return { answer: { case: 'result' as const, value: failed(effect.refused) } };
  return perform(ctx, effect);
}
