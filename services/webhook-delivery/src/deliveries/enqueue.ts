import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { wakeLanes } from '../endpoints/lanes.ts';

/** An event as it is delivered: `body` is sent byte for byte, `at` chooses the partition of all that belongs to it. */
export type Outgoing = { id: string; type: string; at: Date; body: string };

/** Which webhook gets which event. */
export type Match = { webhookId: bigint; organizationId: bigint; event: Outgoing };

/**
 * Makes one delivery for each match, and its place in the queue; one that exists already (same webhook and event) is
 * left alone, so that a repeat adds nothing. Answers the ids of the new ones.
 */
export async function enqueue(
  trx: Transaction<DB>,
  matches: readonly Match[],
  kind: { isManual: boolean; isTest: boolean },
): Promise<bigint[]> {
  await insertPayloads(trx, [...new Set(matches.map(({ event }) => event))]);
  const { rows } = await sql<{ delivery_id: bigint }>`
    with made as (
      insert into deliveries (organization_id, webhook_id, event_id, event_at, event_type, is_test, status, next_attempt_at)
      select organization_id, webhook_id, event_id, event_at, event_type, ${kind.isTest}, 'pending', now()
      from unnest(
        ${matches.map((match) => match.organizationId)}::bigint[],
        ${matches.map((match) => match.webhookId)}::bigint[],
        ${matches.map(({ event }) => event.id)}::text[],
        ${matches.map(({ event }) => event.at)}::timestamptz[],
        ${matches.map(({ event }) => event.type)}::text[]
      ) as matched (organization_id, webhook_id, event_id, event_at, event_type)
      on conflict (webhook_id, event_id, event_at) do nothing
      returning id, webhook_id, event_id, event_at, event_type
    )
    insert into queue (delivery_id, webhook_id, is_manual, is_test, due_at, event_id, event_at, event_type)
    select id, webhook_id, ${kind.isManual}, ${kind.isTest}, clock_timestamp(), event_id, event_at, event_type from made
    returning delivery_id`.execute(trx);
  if (rows.length > 0) await wakeLanes(trx, [...new Set(matches.map(({ webhookId }) => webhookId))], kind.isManual);
  return rows.map((row) => row.delivery_id);
}

async function insertPayloads(trx: Transaction<DB>, events: readonly Outgoing[]): Promise<void> {
  await sql`
    insert into payloads (event_id, event_at, body)
    select * from unnest(
      ${events.map(({ id }) => id)}::text[],
      ${events.map(({ at }) => at)}::timestamptz[],
      ${events.map(({ body }) => Buffer.from(body))}::bytea[])
    on conflict do nothing`.execute(trx);
}
