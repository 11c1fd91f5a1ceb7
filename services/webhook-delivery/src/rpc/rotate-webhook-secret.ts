import type { HandlerContext } from '@connectrpc/connect';
import { type RotateWebhookSecretRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { newSecret, sealSecret } from '../signing/secrets.ts';
import { findWebhook, lockWebhook } from '../webhooks/rows.ts';
import { webhookToProto } from '../webhooks/to-proto.ts';

const overlapMs = 24 * 3_600_000;

export async function rotateWebhookSecret(ctx: Context, request: RotateWebhookSecretRequest, call: HandlerContext) {
  return transact(ctx, call, WebhooksService.method.rotateWebhookSecret, request, async (trx, { organizationId }) => {
    const before = await lockWebhook(trx, organizationId, request.id);
    const secret = newSecret();
    const now = ctx.clock.now();
    await trx
      .updateTable('webhooks')
      .set({
        secret: sealSecret(ctx.sealer, before.id, secret),
        previous_secret: before.secret,
        previous_secret_until: new Date(now.getTime() + overlapMs),
        updated_at: now,
      })
      .where('id', '=', before.id)
      .execute();
    return { webhook: webhookToProto(await findWebhook(trx, organizationId, before.id), secret) };
  });
}
