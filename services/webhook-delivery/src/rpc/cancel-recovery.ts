import type { HandlerContext } from '@connectrpc/connect';
import { cancelJob } from '@drippulse/db';
import { type CancelRecoveryRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { findRecovery, recoveryToProto } from '../recoveries/recovery.ts';
import { findWebhook } from '../webhooks/rows.ts';

export async function cancelRecovery(ctx: Context, request: CancelRecoveryRequest, call: HandlerContext) {
  const { webhookId, id } = request;
  return transact(ctx, call, WebhooksService.method.cancelRecovery, request, async (trx, { organizationId }) => {
    await findWebhook(trx, organizationId, webhookId);
    await findRecovery(trx, { organizationId, webhookId, id });
    await cancelJob(trx, id);
    return { recovery: recoveryToProto(await findRecovery(trx, { organizationId, webhookId, id })) };
  });
}
