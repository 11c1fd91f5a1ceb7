import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type OrderKey, promote } from '../deliveries/order.ts';
import type { Recorded, Result } from '../deliveries/results.ts';

/**
 * Locks the queue rows of the results, so that no claim takes them. Returns the number of earlier attempts of each
 * delivery that this worker still leases.
 */
export async function lockQueue(trx: Transaction<DB>, results: readonly Result[]): Promise<Map<bigint, number>> {
  const { rows } = await sql<{ delivery_id: bigint; fence: bigint; tries: number }>`
    select delivery_id, fence, tries from queue
    where delivery_id = any(${results.map(({ delivery }) => delivery.id)}::bigint[]) for update`.execute(trx);
  const fences = new Map(results.map(({ delivery }) => [delivery.id, delivery.fence]));
  return new Map(
    rows.filter((row) => row.fence === fences.get(row.delivery_id)).map((row) => [row.delivery_id, row.tries]),
  );
}

/**
 * Writes each attempt with the next number of its delivery, and the delivery's status. The attempt is written even when
 * the fence is old, because it was made; only the move is left out.
 */
export async function saveAttempts(trx: Transaction<DB>, recorded: readonly Recorded[]): Promise<void> {
  await sql`
    with result as (
      select * from unnest(
        ${recorded.map(({ delivery }) => delivery.id)}::bigint[],
        ${recorded.map(({ delivery }) => delivery.eventAt)}::timestamptz[],
        ${recorded.map(({ move }) => move?.status ?? null)}::text[],
        ${recorded.map(({ move }) => (move?.status === 'failed' ? move.dueAt : null))}::timestamptz[],
        ${recorded.map(({ attempt }) => attempt.at)}::timestamptz[],
        ${recorded.map(({ attempt }) => attempt.statusCode ?? null)}::integer[],
        ${recorded.map(({ attempt }) => attempt.durationMs)}::integer[],
        ${recorded.map(({ attempt }) => attempt.error ?? null)}::text[],
        ${recorded.map(({ attempt }) => attempt.excerpt ?? null)}::text[]
      ) as r (delivery_id, event_at, status, next_attempt_at, at, status_code, duration_ms, error, response_excerpt)
    ), moved as (
      update deliveries
      set attempts = deliveries.attempts + 1,
          status = coalesce(result.status, deliveries.status),
          next_attempt_at = case
            when result.status is null then deliveries.next_attempt_at
            else result.next_attempt_at end
      from result
      where deliveries.id = result.delivery_id and deliveries.event_at = result.event_at
      returning deliveries.id, deliveries.attempts, deliveries.status
    )
    insert into attempts
      (delivery_id, event_at, number, at, status_code, duration_ms, error, response_excerpt, next_attempt_at)
    select result.delivery_id, result.event_at, moved.attempts, result.at, result.status_code, result.duration_ms,
           result.error, case when moved.status <> 'cancelled' then result.response_excerpt end, result.next_attempt_at
    from result join moved on moved.id = result.delivery_id`.execute(trx);
}

/** Removes finished deliveries from the queue, and makes all others due for their next attempt. */
export async function saveMoves(trx: Transaction<DB>, recorded: readonly Recorded[]): Promise<void> {
  const done = recorded.filter(({ move }) => move && move.status !== 'failed').map(({ delivery }) => delivery.id);
  if (done.length > 0) {
    const { rows } = await sql<OrderKey>`
      delete from queue where delivery_id = any(${done}::bigint[]) returning webhook_id, order_key`.execute(trx);
    await promote(trx, rows);
  }
  const retries = recorded.flatMap(({ delivery, move }) =>
    move?.status === 'failed' ? [{ id: delivery.id, ...move }] : [],
  );
  if (retries.length === 0) return;
  await sql`
    update queue
    set is_leased = false, due_at = retry.due_at, tries = retry.tries
    from unnest(
      ${retries.map(({ id }) => id)}::bigint[],
      ${retries.map(({ dueAt }) => dueAt)}::timestamptz[],
      ${retries.map(({ tries }) => tries)}::integer[]
    ) as retry (delivery_id, due_at, tries)
    where queue.delivery_id = retry.delivery_id`.execute(trx);
}
