import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { cancelJob, transact } from '@drippulse/db';
import {
  type CancelRecoveryRequestSchema,
  type CancelRecoveryResponseSchema,
  WebhooksService,
} from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { Context } from '../context.ts';
import { findRecovery, toProto } from '../recoveries/recovery.ts';
import { findWebhook } from '../webhooks/rows.ts';

export async function cancelRecovery(
  ctx: Context,
  request: MessageShape<typeof CancelRecoveryRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof CancelRecoveryResponseSchema>> {
  const { webhookId, id } = request;
  const { cancelRecovery: method } = WebhooksService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    await findWebhook(trx, organizationId, webhookId);
    await findRecovery(trx, { organizationId, webhookId, id });
    await cancelJob(trx, id);
    return { recovery: toProto(await findRecovery(trx, { organizationId, webhookId, id })) };
  });
}
