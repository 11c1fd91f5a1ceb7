import { type Kysely, sql, type Transaction } from 'kysely';
import { lockEndpoints } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';
import { wakeLanes } from '../lanes/wake-lanes.ts';

/** Deliveries with the same key wait for each other. A key is one webhook and one aggregate. */
export type OrderKey = { webhook_id: bigint; order_key: string | null };

/**
 * After a delivery has left the queue, makes the next delivery with the same key due. Of the deliveries with one key,
 * the first is due, and the others have `due_at` infinity. Call this function, and queue deliveries with keys, under
 * the lock of their endpoints. Otherwise a new delivery could wait for a delivery that has already left the queue.
 */
export async function promote(trx: Transaction<DB>, gone: readonly OrderKey[]): Promise<void> {
  const keys = gone.filter((row) => row.order_key !== null);
  if (keys.length === 0) return;
  await sql`
    update queue set due_at = clock_timestamp()
    from (
      select first.delivery_id
      from (
        select distinct * from unnest(
          ${keys.map((row) => row.webhook_id)}::bigint[],
          ${keys.map((row) => row.order_key)}::text[]) as k (webhook_id, order_key)
      ) as gone
      cross join lateral (
        select delivery_id, due_at from queue
        where queue.webhook_id = gone.webhook_id and queue.order_key = gone.order_key
        order by delivery_id limit 1
      ) as first
      where first.due_at = 'infinity'
    ) as next
    where queue.delivery_id = next.delivery_id`.execute(trx);
}

/**
 * Finds the webhooks with a stuck delivery. A delivery is stuck if the previous delivery with its key expired from the
 * queue, because an expiry makes no other delivery due.
 */
export async function findStuck(db: Kysely<DB>): Promise<bigint[]> {
  const { rows } = await sql<{ webhook_id: bigint }>`
    select distinct webhook_id from (
      select distinct on (webhook_id, order_key) webhook_id, due_at from queue
      where order_key is not null order by webhook_id, order_key, delivery_id
    ) as first
    where due_at = 'infinity'`.execute(db);
  return rows.map((row) => row.webhook_id);
}

/** Makes the stuck deliveries of a webhook due. */
export async function promoteStuck(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await lockEndpoints(trx, [webhookId]);
  await sql`
    update queue set due_at = clock_timestamp()
    where due_at = 'infinity' and delivery_id = any (array(
      select distinct on (order_key) delivery_id from queue
      where webhook_id = ${webhookId} and order_key is not null order by order_key, delivery_id))`.execute(trx);
  await wakeLanes(trx, [webhookId], false);
}

/** Makes all waiting deliveries due, for a webhook that is no longer ordered. */
export async function releaseOrder(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await sql`
    update queue set due_at = clock_timestamp(), order_key = null
    where webhook_id = ${webhookId} and order_key is not null and due_at = 'infinity'`.execute(trx);
}
