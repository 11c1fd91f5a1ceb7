import type { HandlerContext } from '@connectrpc/connect';
import type { GetRecoveryRequest } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findRecovery, recoveryToProto } from '../recoveries/recovery.ts';
import { findWebhook } from '../webhooks/rows.ts';

export async function getRecovery(ctx: Context, request: GetRecoveryRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { webhookId, id } = request;
  await findWebhook(ctx.db.kysely, organizationId, webhookId);
  return { recovery: recoveryToProto(await findRecovery(ctx.db.kysely, { organizationId, webhookId, id })) };
}
