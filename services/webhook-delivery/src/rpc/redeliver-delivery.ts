import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type RedeliverDeliveryRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type DeliveryRow, findDelivery, readAttempts } from '../deliveries/rows.ts';
import { deliveryToProto } from '../deliveries/to-proto.ts';
import { wakeLanes } from '../lanes/wake-lanes.ts';
import { lockWebhook } from '../webhooks/rows.ts';

const excerptsOfOne = 1024 * 1024;

/** Sends the stored bytes with the same `webhook-id` now. If the attempt fails, the whole schedule is repeated. */
export async function redeliverDelivery(ctx: Context, request: RedeliverDeliveryRequest, call: HandlerContext) {
  const response = await transact(
    ctx,
    call,
    WebhooksService.method.redeliverDelivery,
    request,
    async (trx, { organizationId }) => {
      const webhook = await lockWebhook(trx, organizationId, request.webhookId);
      const delivery = await findDelivery(trx, webhook.id, request.id);
      await requirePayload(trx, delivery);
      await queueAgain(trx, delivery);
      await wakeLanes(trx, [webhook.id], true);
      const row = await findDelivery(trx, webhook.id, delivery.id);
      const attempts = await readAttempts(trx, [row], excerptsOfOne);
      return { delivery: deliveryToProto(row, attempts.get(row.id)) };
    },
  );
  ctx.wakeDelivery();
  return response;
}

/** Refuses a delivery whose payload a person deleted. */
async function requirePayload(trx: Transaction<DB>, row: DeliveryRow): Promise<void> {
  const payload = await trx
    .selectFrom('payloads')
    .select('event_id')
    .where('event_id', '=', row.event_id)
    .where('event_at', '=', row.event_at)
    .where('body', '<>', Buffer.of())
    .executeTakeFirst();
  if (payload !== undefined) return;
  const message = 'The payload of this delivery was deleted; it cannot be sent again.';
  throw new DomainError('failed_precondition', 'payload_deleted', message);
}

/**
 * Queues a delivery again. A delivery that is being sent keeps its lease, because its own result decides the next
 * attempt.
 */
async function queueAgain(trx: Transaction<DB>, { id, event_at: eventAt }: DeliveryRow): Promise<void> {
  await sql`
    insert into queue (delivery_id, webhook_id, is_manual, is_test, due_at, event_id, event_at, event_type)
    select id, webhook_id, true, is_test, clock_timestamp(), event_id, event_at, event_type
    from deliveries where id = ${id} and event_at = ${eventAt}
    on conflict (delivery_id) do update
    set tries = 0, is_manual = true,
        due_at = case when queue.is_leased then queue.due_at else excluded.due_at end`.execute(trx);
  await sql`
    update deliveries
    set status = case when attempts = 0 then 'pending' else 'failed' end, next_attempt_at = clock_timestamp()
    where id = ${id} and event_at = ${eventAt}`.execute(trx);
}
