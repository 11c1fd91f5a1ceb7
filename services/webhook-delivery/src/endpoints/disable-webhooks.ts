import { appendAudit } from '@drippulse/service';
import type { Transaction } from 'kysely';
import { lockLanes } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';
import { pauseEvents } from '../lanes/pause-lanes.ts';
import type { Judged } from './judged.ts';

/** Disables webhooks: new events make no deliveries for them, and their queue stays. */
export async function disableWebhooks(trx: Transaction<DB>, judged: readonly Judged[], now: Date): Promise<void> {
  const disabling: bigint[] = [];
  for (const { webhookId, disables } of judged) {
    if (disables === undefined) continue;
    disabling.push(webhookId);
    const disabled = await trx
      .updateTable('webhooks')
      .set({ active: false, disabled_reason: disables, updated_at: now })
      .where('id', '=', webhookId)
      .where('deleted_at', 'is', null)
      .returning('organization_id')
      .executeTakeFirst();
    if (disabled !== undefined) {
      await appendAudit(trx, {
        organizationId: disabled.organization_id,
        name: 'webhook.disabled',
        resourceId: String(webhookId),
        actor: { type: 'service', id: 'webhooks' },
        before: { active: true, disabled_reason: null },
        after: { active: false, disabled_reason: disables },
      });
    }
  }
  if (disabling.length > 0) await pauseEvents(await lockLanes(trx, disabling));
}
