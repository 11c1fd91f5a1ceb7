import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { wakeLanes } from '../lanes/wake-lanes.ts';

/**
 * An event to deliver. `body` is sent byte for byte, `at` chooses the partitions of its rows, and `subject` is the
 * aggregate of the event.
 */
export type Outgoing = {
  id: string;
  type: string;
  at: Date;
  body: string;
  subject?: string;
  traceparent?: string;
  /** Cause of the event's chain. Default: the event is itself a cause. */
  cause?: string;
};

/**
 * One delivery to make. A delivery with an `orderKey` waits for earlier deliveries of the webhook with the same key.
 */
export type Match = { webhookId: bigint; organizationId: bigint; event: Outgoing; orderKey?: string };

/**
 * Inserts one delivery for each match, with its queue row. If the webhook already has a delivery of the event, that
 * delivery stays unchanged, so a repeated call adds nothing. Returns the ids of the new deliveries.
 */
export async function enqueue(
  trx: Transaction<DB>,
  matches: readonly Match[],
  kind: { isManual: boolean; isTest: boolean },
): Promise<bigint[]> {
  const owned = [...new Map(matches.map((match) => [match.event, match])).values()];
  const { rows } = await sql<{ delivery_id: bigint }>`
    with stored as (
      insert into payloads (organization_id, event_id, event_at, body, subject, traceparent, cause)
      select * from unnest(
        ${owned.map(({ organizationId }) => organizationId)}::bigint[],
        ${owned.map(({ event }) => event.id)}::text[],
        ${owned.map(({ event }) => event.at)}::timestamptz[],
        ${owned.map(({ event }) => Buffer.from(event.body))}::bytea[],
        ${owned.map(({ event }) => event.subject ?? null)}::text[],
        ${owned.map(({ event }) => event.traceparent ?? null)}::text[],
        ${owned.map(({ event }) => event.cause ?? null)}::text[])
      on conflict do nothing
    ), made as (
      insert into deliveries (organization_id, webhook_id, event_id, event_at, event_type, is_test, status, next_attempt_at,
                              order_key)
      select organization_id, webhook_id, event_id, event_at, event_type, ${kind.isTest}, 'pending', now(), order_key
      from unnest(
        ${matches.map((match) => match.organizationId)}::bigint[],
        ${matches.map((match) => match.webhookId)}::bigint[],
        ${matches.map(({ event }) => event.id)}::text[],
        ${matches.map(({ event }) => event.at)}::timestamptz[],
        ${matches.map(({ event }) => event.type)}::text[],
        ${matches.map(({ orderKey }) => orderKey ?? null)}::text[]
      ) with ordinality as matched (organization_id, webhook_id, event_id, event_at, event_type, order_key, place)
      order by place
      on conflict (webhook_id, event_id, event_at) do nothing
      returning id, webhook_id, event_id, event_at, event_type, order_key
    )
    insert into queue (delivery_id, webhook_id, is_manual, is_test, due_at, event_id, event_at, event_type, order_key)
    select id, webhook_id, ${kind.isManual}, ${kind.isTest},
           case when order_key is not null and (
             row_number() over (partition by webhook_id, order_key order by id) > 1
             or exists (select from queue q where q.webhook_id = made.webhook_id and q.order_key = made.order_key))
           then 'infinity' else clock_timestamp() end,
           event_id, event_at, event_type, order_key
    from made
    returning delivery_id`.execute(trx);
  if (rows.length > 0) await wakeLanes(trx, [...new Set(matches.map(({ webhookId }) => webhookId))], kind.isManual);
  return rows.map((row) => row.delivery_id);
}
