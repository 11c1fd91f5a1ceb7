import type { HandlerContext } from '@connectrpc/connect';
import type { GetSendingRulesRequest } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findRules, rulesToProto } from '../messaging/index.ts';

export async function getSendingRules(ctx: Context, _request: GetSendingRulesRequest, call: HandlerContext) {
  return { sendingRules: rulesToProto(await findRules(ctx.db.kysely, callerOf(call).organizationId)) };
}
