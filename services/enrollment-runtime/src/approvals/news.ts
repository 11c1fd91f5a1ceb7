import { appendEvents, topicOf } from '@drippulse/events';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { ApprovalRow } from './row.ts';
import { approvalToProto } from './to-proto.ts';

const topic = topicOf(EnrollmentEventSchema);

/** Appends an event for each approval, in the transaction that wrote the approval and raised its version. */
export async function appendApprovalNews(
  trx: Transaction<DB>,
  rows: readonly ApprovalRow[],
  kind: 'approvalRequested' | 'approvalDecided',
): Promise<void> {
  await appendEvents(
    trx,
    topic,
    rows.map((row) => ({
      organizationId: row.organization_id,
      aggregate: `approval:${row.id}`,
      sequence: row.version,
      payload: { case: kind, value: approvalToProto(row) },
      ...(row.cause !== null && { cause: row.cause }),
    })),
  );
}
