import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { DeliverySchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Selectable } from 'kysely';
import type { Deliveries } from '../db/schema.ts';
import { deliveryStatusToProto } from './enums.ts';

export const deliveryColumns = [
  ...(['id', 'channel', 'integration_id', 'receiver', 'subject', 'status', 'message_id'] as const),
  ...(['provider_message_id', 'error', 'attempts', 'queued_at', 'sent_at', 'opened_at', 'clicked_at'] as const),
];
export type DeliveryRow = Pick<Selectable<Deliveries>, (typeof deliveryColumns)[number]>;

/**
 * The groups under which a mail is counted: its category, and the variants that its enrollment had when it was queued.
 */
export const countedColumns = ['category', 'variants'] as const;
export type CountedMail = Pick<Selectable<Deliveries>, (typeof countedColumns)[number]>;

export function deliveryToProto(row: DeliveryRow) {
  return {
    id: row.id,
    channel: row.channel,
    integrationId: row.integration_id,
    to: row.receiver,
    subject: row.subject,
    status: deliveryStatusToProto(row.status),
    messageId: row.message_id,
    providerMessageId: row.provider_message_id ?? undefined,
    error: row.error ?? undefined,
    attempts: row.attempts,
    queuedAt: timestampFromDate(row.queued_at),
    sentAt: optional(row.sent_at),
    openedAt: optional(row.opened_at),
    clickedAt: optional(row.clicked_at),
  } satisfies MessageInitShape<typeof DeliverySchema>;
}

function optional(date: Date | null): Timestamp | undefined {
  return date === null ? undefined : timestampFromDate(date);
}
