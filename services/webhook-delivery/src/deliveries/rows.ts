import { DomainError } from '@drippulse/errors';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/** A delivery of a webhook that is known to belong to the caller's organization. */
export type DeliveryRow = Awaited<ReturnType<typeof findDelivery>>;

export async function findDelivery(db: Kysely<DB>, webhookId: bigint, id: bigint) {
  const row = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('id', '=', id)
    .where('webhook_id', '=', webhookId)
    .executeTakeFirst();
  if (row !== undefined) return row;
  throw new DomainError('not_found', 'delivery_not_found', 'There is no delivery with this id.');
}

/** One recorded attempt of a delivery. */
export type AttemptRow = {
  delivery_id: bigint;
  number: number;
  at: Date;
  status_code: number | null;
  duration_ms: number;
  error: string | null;
  response_excerpt: string | null;
  next_attempt_at: Date | null;
};

const excerptCharacters = 16 * 1024;

/**
 * Reads the attempts of these deliveries, oldest first. Excerpts are shortened evenly, to at most `characters` in
 * total, because a message has a maximum size, and a delivery may have any number of attempts.
 */
export async function readAttempts(
  db: Kysely<DB>,
  deliveries: readonly Pick<DeliveryRow, 'id' | 'event_at' | 'attempts'>[],
  characters: number,
): Promise<Map<bigint, AttemptRow[]>> {
  const attempts = deliveries.reduce((sum, delivery) => sum + delivery.attempts, 0);
  const excerpt = Math.min(excerptCharacters, Math.floor(characters / Math.max(attempts, 1)));
  const byDelivery = new Map<bigint, AttemptRow[]>();
  if (deliveries.length === 0) return byDelivery;
  const { rows } = await sql<AttemptRow>`
    select a.delivery_id, a.number, a.at, a.status_code, a.duration_ms, a.error,
           left(a.response_excerpt, ${excerpt}) as response_excerpt, a.next_attempt_at
    from unnest(${deliveries.map(({ id }) => id)}::bigint[],
                ${deliveries.map((row) => row.event_at)}::timestamptz[]) as wanted (delivery_id, event_at)
    cross join lateral (
      select * from attempts
      where delivery_id = wanted.delivery_id and event_at = wanted.event_at
      order by number
    ) a`.execute(db);
  for (const row of rows) {
    const found = byDelivery.get(row.delivery_id) ?? [];
    found.push(row);
    byDelivery.set(row.delivery_id, found);
  }
  return byDelivery;
}
