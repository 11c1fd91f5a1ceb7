import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type UpdateWebhookRequestSchema,
  type UpdateWebhookResponseSchema,
  WebhooksService,
} from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { DomainError } from '@drippulse/runtime';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { holdLane, releaseLane, rescheduleLanes } from '../endpoints/lanes.ts';
import { forgetHealth } from '../endpoints/rows.ts';
import { checkFields } from '../webhooks/fields.ts';
import { findWebhook, lockWebhook } from '../webhooks/rows.ts';
import { toProto } from '../webhooks/to-proto.ts';

type Request = MessageShape<typeof UpdateWebhookRequestSchema>;

export async function updateWebhook(
  ctx: Context,
  request: Request,
  call: HandlerContext,
): Promise<MessageShape<typeof UpdateWebhookResponseSchema>> {
  const changes = readRequest(request);
  await checkFields(ctx, changes);
  const { updateWebhook: method } = WebhooksService.method;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const before = await lockWebhook(trx, organizationId, request.id);
    if (Object.keys(changes).length === 0) return { webhook: toProto(before) };
    await trx
      .updateTable('webhooks')
      .set({ ...changes, ...(changes.active && { disabled_reason: null }), updated_at: ctx.clock.now() })
      .where('id', '=', before.id)
      .execute();
    const isEnabled = changes.active === true && !before.active;
    const isMoved = changes.url !== undefined && changes.url !== before.url;
    if (changes.active === false) await holdLane(trx, before.id);
    if (isEnabled) await releaseLane(trx, before.id);
    if (isEnabled || isMoved) await startAnew(trx, before.id);
    return { webhook: toProto(await findWebhook(trx, organizationId, request.id)) };
  });
  ctx.wakeDelivery();
  return response;
}

/** What is known of the endpoint says nothing about another one, or about this one after it was seen to. */
async function startAnew(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await forgetHealth(trx, webhookId);
  await rescheduleLanes(trx, [{ webhookId, openUntil: null }]);
}

/** The members that the mask names; one that is named and unset was null in JSON. */
function readRequest(request: Request) {
  const present = new Set(request.updateMask?.paths);
  return {
    ...(present.has('url') && { url: request.url ?? '' }),
    ...(present.has('event_type') && { event_type: request.eventType ?? '' }),
    ...(present.has('active') && { active: requireActive(request.active) }),
    ...(present.has('description') && { description: request.description ?? null }),
  };
}

function requireActive(active: boolean | undefined): boolean {
  if (active !== undefined) return active;
  const violations = [{ field: 'active', message: 'must be true or false' }];
  throw new DomainError('invalid', 'validation_failed', 'active must be true or false', { violations });
}
