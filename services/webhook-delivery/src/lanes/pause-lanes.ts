import type { LockedLanes } from '../db/locks.ts';

/** Stops sending events to webhooks. Their queues stay, and their tests and redeliveries are still sent. */
export async function pauseEvents({ trx, webhookIds }: LockedLanes): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ is_paused: true, next_due_at: null })
    .where('webhook_id', 'in', webhookIds)
    .where('is_manual', '=', false)
    .execute();
}

/** Resumes sending events, once the lanes are rescheduled. */
export async function resumeEvents({ trx, webhookIds }: LockedLanes): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ is_paused: false })
    .where('webhook_id', 'in', webhookIds)
    .where('is_manual', '=', false)
    .execute();
}

/** Stops all sending, for webhooks that are removed. */
export async function pauseAll({ trx, webhookIds }: LockedLanes): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ is_paused: true, next_due_at: null })
    .where('webhook_id', 'in', webhookIds)
    .execute();
}
