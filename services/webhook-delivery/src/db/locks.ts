import { sql, type Transaction } from 'kysely';
import type { DB } from './schema.ts';

/**
 * The order of locks. A transaction locks endpoints first and lanes last, each once and by id. Between these locks, it
 * changes and deletes rows of the queue and of webhooks, but only rows that belong to its locked endpoints. Therefore
 * no two transactions can deadlock.
 *
 * Two kinds of transactions lock no endpoint. The first kind is a claim, which locks lanes and then rows of the queue.
 * It skips locked rows and lanes, so it never waits. The second kind writes only lanes, or adds new rows to the queue
 * and then writes lanes.
 */
const reached = new WeakMap<Transaction<DB>, { endpoints: ReadonlySet<bigint>; hasLanes: boolean }>();

/** Lanes that a transaction has locked. Functions that write lanes require this value as proof of the lock. */
export type LockedLanes = { trx: Transaction<DB>; webhookIds: readonly bigint[] };

/**
 * Locks the endpoints of these webhooks until the transaction ends. No other transaction changes these webhooks in the
 * meantime, so the returned `active` stays valid.
 */
export async function lockEndpoints(trx: Transaction<DB>, webhookIds: readonly bigint[]) {
  const { endpoints, hasLanes } = reached.get(trx) ?? { endpoints: new Set(webhookIds), hasLanes: false };
  if (hasLanes) throw new Error('endpoints must be locked before lanes');
  if (webhookIds.some((id) => !endpoints.has(id))) throw new Error('endpoints must be locked at once');
  reached.set(trx, { endpoints, hasLanes });
  if (webhookIds.length === 0) return [];
  return trx
    .selectFrom('endpoints')
    .innerJoin('webhooks', 'webhooks.id', 'endpoints.webhook_id')
    .selectAll('endpoints')
    .select('webhooks.active')
    .where('endpoints.webhook_id', '=', sql<bigint>`any(${webhookIds}::bigint[])`)
    .orderBy('endpoints.webhook_id')
    .forUpdate('endpoints')
    .execute();
}

/**
 * Locks both lanes of these webhooks, or only the lanes of one kind, until the transaction ends. Claims skip locked
 * lanes, so call it last.
 */
export async function lockLanes(
  trx: Transaction<DB>,
  webhookIds: readonly bigint[],
  isManual?: boolean,
): Promise<LockedLanes> {
  const { endpoints = new Set<bigint>(), hasLanes = false } = reached.get(trx) ?? {};
  if (hasLanes) throw new Error('lanes must be locked at once');
  reached.set(trx, { endpoints, hasLanes: true });
  await sql`
    select from lanes
    where webhook_id = any(${webhookIds}::bigint[]) and is_manual = coalesce(${isManual ?? null}::boolean, is_manual)
    order by webhook_id, is_manual for update`.execute(trx);
  return { trx, webhookIds };
}
