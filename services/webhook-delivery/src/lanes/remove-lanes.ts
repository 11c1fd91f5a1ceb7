import type { LockedLanes } from '../db/locks.ts';

/** Removes the lanes of webhooks whose queues are empty. */
export async function removeLanes({ trx, webhookIds }: LockedLanes): Promise<void> {
  await trx.deleteFrom('lanes').where('webhook_id', 'in', webhookIds).execute();
}
