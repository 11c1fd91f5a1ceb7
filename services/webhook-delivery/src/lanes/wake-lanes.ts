import { sql, type Transaction } from 'kysely';
import { lockLanes } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';

/**
 * Makes lanes due now, or when their circuit closes, after the transaction put deliveries into their queue. Paused
 * lanes stay paused. Call it last in the transaction, because it locks the lanes.
 */
export async function wakeLanes(trx: Transaction<DB>, webhookIds: readonly bigint[], isManual: boolean): Promise<void> {
  await lockLanes(trx, webhookIds, isManual);
  await sql`
    update lanes set next_due_at = least(next_due_at, greatest(clock_timestamp(), open_until))
    where webhook_id = any(${webhookIds}::bigint[]) and is_manual = ${isManual} and not is_paused`.execute(trx);
}
