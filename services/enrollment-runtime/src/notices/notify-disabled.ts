import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import type { Webhook } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { Context } from '../context.ts';
import { addToOutbox } from './add-to-outbox.ts';
import { findRecipients } from './recipients.ts';
import { webhookNotice } from './webhook-notice.ts';

/** Mails the admins about a webhook that was disabled, once for each event however often the event is delivered. */
export async function notifyDisabled(
  ctx: Context,
  { eventId, organizationId, webhook }: { eventId: string; organizationId: bigint; webhook: Webhook },
): Promise<void> {
  const members = await findRecipients(ctx, organizationId, {
    roles: [ProtoRole.ADMIN],
    topic: NotificationTopic.WEBHOOKS,
  });
  const notice = webhookNotice(webhook, ctx.config.publicUrl);
  await ctx.db.kysely.transaction().execute((trx) =>
    addToOutbox(ctx, trx, {
      organizationId,
      key: `webhook.disabled:${eventId}`,
      notices: members.map((member) => ({ member, notice })),
    }),
  );
  ctx.wake.mails();
}
