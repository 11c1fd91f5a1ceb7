import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type DeleteEventPayloadRequestSchema,
  type DeleteEventPayloadResponseSchema,
  WebhooksService,
} from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { DomainError } from '@drippulse/runtime';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type OrderKey, promote } from '../deliveries/order.ts';
import { rescheduleLanes } from '../endpoints/lanes.ts';
import { holdEndpoints } from '../endpoints/rows.ts';

type Delivery = { id: bigint; event_at: Date; webhook_id: bigint };

/**
 * Empties the body in place of deleting its row: an event that arrives a second time must not bring it back. Excerpts go
 * too, because an endpoint may have echoed the body.
 */
export async function deleteEventPayload(
  ctx: Context,
  request: MessageShape<typeof DeleteEventPayloadRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof DeleteEventPayloadResponseSchema>> {
  const { deleteEventPayload: method } = WebhooksService.method;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const deliveries = await findDeliveries(trx, organizationId, request.eventId);
    const webhookIds = [...new Set(deliveries.map((row) => row.webhook_id))];
    await holdEndpoints(trx, webhookIds);
    await cancelQueued(trx, deliveries);
    await emptyPayload(trx, organizationId, request.eventId);
    await forgetExcerpts(trx, deliveries);
    await rescheduleLanes(
      trx,
      webhookIds.map((webhookId) => ({ webhookId })),
    );
    return {};
  });
  ctx.wakeDelivery();
  return response;
}

async function findDeliveries(trx: Transaction<DB>, organizationId: bigint, eventId: string): Promise<Delivery[]> {
  const { rows } = await sql<Delivery>`
    select id, event_at, webhook_id from deliveries
    where event_id = ${eventId} and webhook_id in (select id from webhooks where organization_id = ${organizationId})
    order by id`.execute(trx);
  return rows;
}

async function emptyPayload(trx: Transaction<DB>, organizationId: bigint, eventId: string): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    update payloads set body = ''
    where event_id = ${eventId} and organization_id = ${organizationId} and body <> ''`.execute(trx);
  if (numAffectedRows > 0n) return;
  throw new DomainError('not_found', 'payload_not_found', 'There is no payload of an event with this id.');
}

async function cancelQueued(trx: Transaction<DB>, deliveries: readonly Delivery[]): Promise<void> {
  const ids = deliveries.map(({ id }) => id);
  const { rows: removed } = await sql<OrderKey & { delivery_id: bigint }>`
    delete from queue where delivery_id = any(${ids}::bigint[])
    returning delivery_id, webhook_id, order_key`.execute(trx);
  const gone = new Set(removed.map((row) => row.delivery_id));
  const cancelled = deliveries.filter(({ id }) => gone.has(id));
  await sql`
    update deliveries set status = 'cancelled', next_attempt_at = null
    from unnest(
      ${cancelled.map(({ id }) => id)}::bigint[],
      ${cancelled.map((row) => row.event_at)}::timestamptz[]
    ) as removed (id, event_at)
    where deliveries.id = removed.id and deliveries.event_at = removed.event_at`.execute(trx);
  await promote(trx, removed);
}

async function forgetExcerpts(trx: Transaction<DB>, deliveries: readonly Delivery[]): Promise<void> {
  await sql`
    update attempts set response_excerpt = null
    from unnest(
      ${deliveries.map(({ id }) => id)}::bigint[],
      ${deliveries.map((row) => row.event_at)}::timestamptz[]
    ) as of (id, event_at)
    where attempts.delivery_id = of.id and attempts.event_at = of.event_at`.execute(trx);
}
