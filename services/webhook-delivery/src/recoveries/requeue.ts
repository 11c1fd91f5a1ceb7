import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Place, Span } from './recovery.ts';

/** Number of deliveries in one slice. An event that arrives during a recovery waits behind at most one slice. */
export const sliceSize = 100;

/** The result of one slice. `found` is smaller than `sliceSize` when the slice has reached the end of the span. */
export type Requeued = { found: number; place: Place };

type Found = { id: bigint; event_at: Date; has_payload: boolean };

/**
 * Queues the next deliveries of the span in the event lane, oldest first. Each delivery starts its schedule of attempts
 * again.
 */
export async function requeueSlice(
  trx: Transaction<DB>,
  organizationId: bigint,
  span: Span,
  place: Place,
): Promise<Requeued> {
  const found = await findNext(trx, organizationId, span, place.after);
  const requeued = await queueAgain(
    trx,
    found.filter((row) => row.has_payload),
  );
  return {
    found: found.length,
    place: {
      after: found.at(-1)?.id ?? place.after,
      requeued: place.requeued + requeued,
      skipped: place.skipped + found.length - requeued,
    },
  };
}

async function findNext(trx: Transaction<DB>, organizationId: bigint, span: Span, after: bigint): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select d.id, d.event_at,
           exists (select from payloads p
                   where p.event_id = d.event_id and p.event_at = d.event_at and p.body <> '') as has_payload
    from deliveries d
    where d.organization_id = ${organizationId} and d.webhook_id = ${span.webhookId} and d.status = ${span.status} and d.id > ${after}
      and d.event_at >= ${span.since} and d.event_at < ${span.until}
    order by d.id
    limit ${sliceSize}`.execute(trx);
  return rows;
}

/**
 * Queues deliveries again. Leaves out deliveries that are being sent, because the result of the current attempt decides
 * whether they are sent again.
 */
async function queueAgain(trx: Transaction<DB>, rows: readonly Found[]): Promise<number> {
  const { rows: queued } = await sql<{ delivery_id: bigint }>`
    with chosen as (
      select deliveries.* from unnest(
        ${rows.map(({ id }) => id)}::bigint[],
        ${rows.map((row) => row.event_at)}::timestamptz[]
      ) as wanted (id, event_at)
      join deliveries on deliveries.id = wanted.id and deliveries.event_at = wanted.event_at
    ), queued as (
      insert into queue (delivery_id, webhook_id, is_manual, is_test, due_at, event_id, event_at, event_type, order_key)
      select id, webhook_id, false, is_test,
             case when order_key is not null and (
               row_number() over (partition by order_key order by id) > 1
               or exists (select from queue q where q.webhook_id = chosen.webhook_id and q.order_key = chosen.order_key))
             then 'infinity' else clock_timestamp() end,
             event_id, event_at, event_type, order_key
      from chosen order by id
      on conflict (delivery_id) do update set tries = 0, due_at = least(queue.due_at, clock_timestamp())
      where not queue.is_leased and queue.due_at < 'infinity'
      returning delivery_id
    ), moved as (
      update deliveries
      set status = case when deliveries.attempts = 0 then 'pending' else 'failed' end, next_attempt_at = clock_timestamp()
      from chosen
      where deliveries.id = chosen.id and deliveries.event_at = chosen.event_at
        and deliveries.id in (select delivery_id from queued)
    )
    select delivery_id from queued`.execute(trx);
  return queued.length;
}

/**
 * Returns whether an event of the webhook is due and not leased. A recovery queues a slice only when there is no such
 * event, so that new events are never behind more than one slice.
 */
export async function hasDueEvents(trx: Transaction<DB>, webhookId: bigint): Promise<boolean> {
  const { rows } = await sql`
    select from queue
    where webhook_id = ${webhookId} and not is_manual and not is_leased and due_at <= clock_timestamp()
    limit 1`.execute(trx);
  return rows.length > 0;
}
