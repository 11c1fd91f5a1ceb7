import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type DeleteEventPayloadRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { forgetPayloads } from '../deliveries/forget-payloads.ts';

export async function deleteEventPayload(ctx: Context, request: DeleteEventPayloadRequest, call: HandlerContext) {
  const response = await transact(
    ctx,
    call,
    WebhooksService.method.deleteEventPayload,
    request,
    async (trx, { organizationId }) => {
      const emptied = await forgetPayloads(trx, organizationId, [request.eventId]);
      if (emptied > 0n) return {};
      throw new DomainError('not_found', 'payload_not_found', 'There is no payload of an event with this id.');
    },
  );
  ctx.wakeDelivery();
  return response;
}
