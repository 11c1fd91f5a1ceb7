import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { WebhookSchema } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { modeToProto } from '@drippulse/rpc';
import type { WebhookRow } from './rows.ts';

/**
 * Converts the webhook to the form that its organization sees. `secret` is set only in the responses of create and
 * rotate.
 */
export function webhookToProto(row: WebhookRow, secret?: string): MessageInitShape<typeof WebhookSchema> {
  return {
    id: row.id,
    url: row.url,
    eventType: row.event_types[0],
    eventTypes: row.event_types,
    headers: JSON.parse(row.headers),
    rateLimitPerSecond: row.rate_limit_per_second ?? undefined,
    ordered: row.ordered,
    filter: row.filter === null ? undefined : Buffer.from(row.filter),
    active: row.active,
    mode: modeToProto(row.mode),
    description: row.description ?? undefined,
    disabledReason: row.disabled_reason ?? undefined,
    lastDeliveryAt: row.last_success_at === null ? undefined : timestampFromDate(row.last_success_at),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
    secret,
  };
}
