import type { HandlerContext } from '@connectrpc/connect';
import type { GetWebhookRequest } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findWebhook } from '../webhooks/rows.ts';
import { webhookToProto } from '../webhooks/to-proto.ts';

export async function getWebhook(ctx: Context, request: GetWebhookRequest, call: HandlerContext) {
  return { webhook: webhookToProto(await findWebhook(ctx.db.kysely, callerOf(call).organizationId, request.id)) };
}
