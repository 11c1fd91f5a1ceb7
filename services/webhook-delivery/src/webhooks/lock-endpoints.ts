import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Locks the endpoints of these webhooks until the transaction ends, in the order of their ids, so that no two
 * transactions wait for each other in a circle. A change of a webhook locks its endpoint first, so nobody changes these
 * webhooks meanwhile. For ordered webhooks this is also the lock under which their queue grows and shrinks
 * (`deliveries/order.ts`).
 */
export async function lockEndpoints(trx: Transaction<DB>, webhookIds: readonly bigint[]): Promise<void> {
  if (webhookIds.length === 0) return;
  await sql`select from endpoints where webhook_id = any(${webhookIds}::bigint[]) order by webhook_id for update`.execute(
    trx,
  );
}
