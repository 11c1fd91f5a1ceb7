import type { HandlerContext } from '@connectrpc/connect';
import { type TestWebhookRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { transact } from '@drippulse/writes';
import { exampleBody } from '../catalog/body.ts';
import { firstMatch } from '../catalog/event-types.ts';
import type { Context } from '../context.ts';
import { enqueue } from '../deliveries/enqueue.ts';
import { newEventId } from '../deliveries/event-id.ts';
import { findDelivery } from '../deliveries/rows.ts';
import { deliveryToProto } from '../deliveries/to-proto.ts';
import { unknownEventType } from '../webhooks/fields.ts';
import { lockWebhook } from '../webhooks/rows.ts';

export async function testWebhook(ctx: Context, request: TestWebhookRequest, call: HandlerContext) {
  const response = await transact(
    ctx,
    call,
    WebhooksService.method.testWebhook,
    request,
    async (trx, { organizationId }) => {
      const webhook = await lockWebhook(trx, organizationId, request.id);
      const pattern = request.eventType ?? webhook.event_types[0] ?? '*';
      const eventType = firstMatch(pattern);
      if (eventType === undefined) throw unknownEventType(pattern);
      const now = ctx.clock.now();
      const envelope = { id: newEventId(now), type: eventType.type, at: now, organizationId };
      const event = { ...envelope, body: exampleBody(eventType, envelope) };
      const kind = { isManual: true, isTest: true };
      const [deliveryId = 0n] = await enqueue(trx, [{ webhookId: webhook.id, organizationId, event }], kind);
      return { delivery: deliveryToProto(await findDelivery(trx, webhook.id, deliveryId)) };
    },
  );
  ctx.wakeDelivery();
  return response;
}
