import { sql, type Transaction } from 'kysely';
import { lockEndpoints, lockLanes } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';
import { rescheduleLanes } from '../lanes/reschedule-lanes.ts';
import { type OrderKey, promote } from './order.ts';

type Delivery = { id: bigint; event_at: Date; webhook_id: bigint };

/**
 * Empties bodies instead of deleting their rows, because an event that arrives a second time must not restore its body.
 * Excerpts of responses are removed too, because an endpoint may have echoed the body. Queued deliveries are cancelled.
 * Returns the number of emptied bodies.
 */
export async function forgetPayloads(
  trx: Transaction<DB>,
  organizationId: bigint,
  eventIds: readonly string[],
): Promise<bigint> {
  const deliveries = await findDeliveries(trx, organizationId, eventIds);
  const webhookIds = [...new Set(deliveries.map((row) => row.webhook_id))];
  await lockEndpoints(trx, webhookIds);
  await cancelQueued(trx, deliveries);
  const emptied = await emptyPayloads(trx, organizationId, eventIds);
  await forgetExcerpts(trx, deliveries);
  await rescheduleLanes(await lockLanes(trx, webhookIds));
  return emptied;
}

async function findDeliveries(
  trx: Transaction<DB>,
  organizationId: bigint,
  eventIds: readonly string[],
): Promise<Delivery[]> {
  const { rows } = await sql<Delivery>`
    select id, event_at, webhook_id from deliveries
    where event_id = any(${eventIds}::text[])
      and webhook_id in (select id from webhooks where organization_id = ${organizationId})
    order by id`.execute(trx);
  return rows;
}

async function emptyPayloads(
  trx: Transaction<DB>,
  organizationId: bigint,
  eventIds: readonly string[],
): Promise<bigint> {
  const { numAffectedRows = 0n } = await sql`
    update payloads set body = ''
    where event_id = any(${eventIds}::text[]) and organization_id = ${organizationId} and body <> ''`.execute(trx);
  return numAffectedRows;
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
