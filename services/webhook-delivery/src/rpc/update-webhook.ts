import type { HandlerContext } from '@connectrpc/connect';
import { type UpdateWebhookRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf, modeFromProto } from '@drippulse/rpc';
import { maskRequest } from '@drippulse/secrets';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { lockLanes } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';
import { releaseOrder } from '../deliveries/order.ts';
import { forgetHealth } from '../endpoints/health-rows.ts';
import { pauseEvents, resumeEvents } from '../lanes/pause-lanes.ts';
import { rescheduleLanes } from '../lanes/reschedule-lanes.ts';
import { checkFields, chooseEventTypes, refusal } from '../webhooks/fields.ts';
import { readFilter } from '../webhooks/filter.ts';
import { type Headers, readHeaders } from '../webhooks/headers.ts';
import { hintWebhook } from '../webhooks/hint-webhooks.ts';
import { findWebhook, lockWebhook, type WebhookRow } from '../webhooks/rows.ts';
import { openTarget, readTarget, sealTarget, type Target } from '../webhooks/target.ts';
import { webhookToProto } from '../webhooks/to-proto.ts';

export async function updateWebhook(ctx: Context, request: UpdateWebhookRequest, call: HandlerContext) {
  const changes = readRequest(request);
  await checkFields(ctx, callerOf(call).organizationId, changes);
  const response = await transact(
    ctx,
    call,
    WebhooksService.method.updateWebhook,
    request,
    async (trx, { organizationId }) => {
      const before = await lockWebhook(trx, organizationId, request.id);
      const { url, headers, ...columns } = changes;
      if (Object.keys(changes).length === 0) return { webhook: webhookToProto(before) };
      const moved = changeTarget(ctx, before, { url, headers });
      await trx
        .updateTable('webhooks')
        .set({
          ...columns,
          ...(moved && sealTarget(ctx.sealer, before.id, moved.target)),
          ...(changes.active && { disabled_reason: null }),
          updated_at: ctx.clock.now(),
        })
        .where('id', '=', before.id)
        .execute();
      await changeSending(trx, before, { ...changes, isElsewhere: moved?.isElsewhere ?? false });
      return { webhook: webhookToProto(await findWebhook(trx, organizationId, request.id)) };
    },
  );
  const mode = modeFromProto(response.webhook?.mode);
  hintWebhook(ctx, { organizationId: callerOf(call).organizationId, webhookId: request.id, mode }, 'updated');
  ctx.wakeDelivery();
  return response;
}

/** Holds or releases queued deliveries. The queue is written before the lanes, because of the order of locks. */
async function changeSending(
  trx: Transaction<DB>,
  before: WebhookRow,
  { active, ordered, isElsewhere }: { active?: boolean; ordered?: boolean; isElsewhere: boolean },
): Promise<void> {
  const isEnabled = active === true && !before.active;
  const isReleased = ordered === false && before.ordered;
  // The health is reset, because the old health is not valid for a new URL, or for an endpoint that was repaired.
  const isAnew = isEnabled || isElsewhere;
  if (isReleased) await releaseOrder(trx, before.id);
  if (isAnew) await forgetHealth(trx, before.id);
  if (active !== false && !isReleased && !isAnew) return;
  const lanes = await lockLanes(trx, [before.id]);
  if (active === false) await pauseEvents(lanes);
  if (isEnabled) await resumeEvents(lanes);
  if (isAnew) await rescheduleLanes(lanes, [{ webhookId: before.id, openUntil: null }]);
  else if (isReleased) await rescheduleLanes(lanes);
}

/** Reads the members that the mask names; a named member without a value was null in JSON. */
function readRequest(request: UpdateWebhookRequest) {
  const present = new Set(request.updateMask?.paths);
  return {
    ...(present.has('url') && { url: request.url ?? '' }),
    ...((present.has('event_type') || present.has('event_types')) && { event_types: readEventTypes(request, present) }),
    ...(present.has('active') && { active: requireFlag('active', request.active) }),
    ...(present.has('description') && { description: request.description ?? null }),
    ...(present.has('headers') && { headers: readHeaders(request.headers) }),
    ...(present.has('rate_limit_per_second') && { rate_limit_per_second: request.rateLimitPerSecond ?? null }),
    ...(present.has('ordered') && { ordered: requireFlag('ordered', request.ordered) }),
    ...(present.has('filter') && {
      filter: request.filter === undefined ? null : readFilter(Buffer.from(request.filter).toString()),
    }),
  };
}

function readEventTypes(request: UpdateWebhookRequest, present: ReadonlySet<string>): string[] {
  const isList = present.has('event_types');
  if (isList && request.eventTypes.length === 0)
    throw refusal('validation_failed', 'event_types', 'must not be empty', 'required');
  const eventType = present.has('event_type') ? (request.eventType ?? '') : undefined;
  return chooseEventTypes(eventType, isList ? request.eventTypes : []) ?? [];
}

/**
 * Returns the target after the change, if the request changes it. Headers that the request does not name keep their
 * values. A credential in one of these headers is kept only if the URL keeps its scheme, host and port.
 */
function changeTarget(
  ctx: Context,
  before: WebhookRow,
  given: { url: string | undefined; headers: Headers | undefined },
): { target: Target; isElsewhere: boolean } | undefined {
  if (given.url === undefined && given.headers === undefined) return undefined;
  const stored = openTarget(ctx.sealer, before.id, before);
  const seen = maskRequest(stored);
  const target = readTarget({ url: given.url ?? seen.url, headers: given.headers ?? seen.headers }, stored);
  return { target, isElsewhere: target.url !== stored.url };
}

function requireFlag(field: string, value: boolean | undefined): boolean {
  if (value !== undefined) return value;
  throw refusal('validation_failed', field, 'must be true or false', 'type');
}
