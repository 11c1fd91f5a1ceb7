import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type DeleteWebhookRequestSchema,
  type DeleteWebhookResponseSchema,
  WebhooksService,
} from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { Context } from '../context.ts';
import { lockWebhook } from '../webhooks/rows.ts';

/** Nothing is sent from here on; cancelling what is queued, a million rows perhaps, is left to the loop of removals. */
export async function deleteWebhook(
  ctx: Context,
  request: MessageShape<typeof DeleteWebhookRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof DeleteWebhookResponseSchema>> {
  const { deleteWebhook: method } = WebhooksService.method;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { id } = await lockWebhook(trx, organizationId, request.id);
    const now = ctx.clock.now();
    await trx
      .updateTable('webhooks')
      .set({ active: false, deleted_at: now, updated_at: now })
      .where('id', '=', id)
      .execute();
    await trx.updateTable('lanes').set({ is_held: true, next_due_at: null }).where('webhook_id', '=', id).execute();
    await trx.insertInto('removals').values({ webhook_id: id }).execute();
    return {};
  });
  ctx.wakeRemovals();
  return response;
}
