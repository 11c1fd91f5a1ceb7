import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Stops sending events to a webhook. Its queue stays, and its tests and redeliveries are still sent. */
export async function pauseLane(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ is_paused: true, next_due_at: null })
    .where('webhook_id', '=', webhookId)
    .where('is_manual', '=', false)
    .execute();
}

/** Sends events again, once the lane is rescheduled. */
export async function resumeLane(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ is_paused: false })
    .where('webhook_id', '=', webhookId)
    .where('is_manual', '=', false)
    .execute();
}
