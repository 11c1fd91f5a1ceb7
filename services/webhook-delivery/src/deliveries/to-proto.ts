import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { WebhookAttemptSchema, WebhookDeliverySchema } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { AttemptRow, DeliveryRow } from './rows.ts';
import { statusToProto } from './statuses.ts';

export function deliveryToProto(
  row: DeliveryRow,
  attempts: readonly AttemptRow[] = [],
): MessageInitShape<typeof WebhookDeliverySchema> {
  return {
    id: row.id,
    eventId: row.event_id,
    eventType: row.event_type,
    status: statusToProto(row.status),
    attempts: attempts.map(attemptToProto),
    nextAttemptAt: row.next_attempt_at === null ? undefined : timestampFromDate(row.next_attempt_at),
    createdAt: timestampFromDate(row.created_at),
    eventAt: timestampFromDate(row.event_at),
  };
}

function attemptToProto(row: AttemptRow): MessageInitShape<typeof WebhookAttemptSchema> {
  return {
    number: row.number,
    at: timestampFromDate(row.at),
    statusCode: row.status_code ?? undefined,
    durationMs: row.duration_ms,
    error: row.error ?? undefined,
    responseExcerpt: row.response_excerpt ?? undefined,
    nextAttemptAt: row.next_attempt_at === null ? undefined : timestampFromDate(row.next_attempt_at),
  };
}
