import type { HandlerContext } from '@connectrpc/connect';
import { type DeleteWebhookRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { lockLanes } from '../db/locks.ts';
import { pauseAll } from '../lanes/pause-lanes.ts';
import { hintWebhook } from '../webhooks/hint-webhooks.ts';
import { lockWebhook } from '../webhooks/rows.ts';

/**
 * Deletes a webhook. Sending stops with the commit. The removal loop cancels the queue later, because the queue may
 * have a million rows.
 */
export async function deleteWebhook(ctx: Context, request: DeleteWebhookRequest, call: HandlerContext) {
  let mode = 'live';
  const response = await transact(
    ctx,
    call,
    WebhooksService.method.deleteWebhook,
    request,
    async (trx, { organizationId }) => {
      const { id, mode: itsMode } = await lockWebhook(trx, organizationId, request.id);
      mode = itsMode;
      const now = ctx.clock.now();
      await trx
        .updateTable('webhooks')
        .set({ active: false, deleted_at: now, updated_at: now })
        .where('id', '=', id)
        .execute();
      await trx.insertInto('removals').values({ webhook_id: id }).execute();
      await pauseAll(await lockLanes(trx, [id]));
      return {};
    },
  );
  hintWebhook(ctx, { organizationId: callerOf(call).organizationId, webhookId: request.id, mode }, 'deleted');
  ctx.wakeRemovals();
  return response;
}
