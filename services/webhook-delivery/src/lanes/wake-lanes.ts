import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Makes lanes due now, or when their circuit closes, after the transaction put deliveries into their queue. Paused lanes
 * stay paused. Lanes are locked in the order of their ids, as everywhere. Call it last in the transaction: claims skip
 * locked lanes.
 */
export async function wakeLanes(trx: Transaction<DB>, webhookIds: readonly bigint[], isManual: boolean): Promise<void> {
  await sql`
    update lanes
    set next_due_at = least(lanes.next_due_at, greatest(clock_timestamp(), lanes.open_until))
    from (
      select webhook_id from lanes
      where webhook_id = any(${webhookIds}::bigint[]) and is_manual = ${isManual} and not is_paused
      order by webhook_id for update
    ) as woken
    where lanes.webhook_id = woken.webhook_id and lanes.is_manual = ${isManual}`.execute(trx);
}
