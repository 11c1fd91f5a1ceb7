import type { HandlerContext } from '@connectrpc/connect';
import type { GetEffectResultRequest } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { refusalOf } from '../effects/perform.ts';
import { resultOf } from '../effects/result.ts';
import { executionOf, findEffect } from '../effects/rows.ts';
import { isActive } from '../executions/rows.ts';

export async function getEffectResult(ctx: Context, { key }: GetEffectResultRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const known = await findEffect(ctx.db.kysely, { organizationId, key });
  if (known === undefined) return {};
  if (known.state === 'refused') return { result: refusalOf(known) };
  const view = await executionOf(ctx.db.kysely, known);
  return view === undefined || isActive(view) ? {} : { result: resultOf(view) };
}
