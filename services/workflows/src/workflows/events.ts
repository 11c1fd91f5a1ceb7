import { appendEvents, topicOf } from '@drippulse/events';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { WorkflowRow } from './rows.ts';
import { workflowToProto } from './to-proto.ts';

/** Kinds of changes, which are the members of the event's payload. */
export type ChangeKind = 'created' | 'updated' | 'archived' | 'deleted';

/** A workflow as a transaction wrote it. */
export type Change = { kind: ChangeKind; row: WorkflowRow };

const topic = topicOf(WorkflowEventSchema);

/**
 * Appends the event of a change, in the transaction of the change. `cause` is the cause of the request's chain, if any.
 */
export async function appendWorkflowEvent(
  trx: Transaction<DB>,
  { kind, row }: Change,
  cause: string | undefined,
): Promise<void> {
  await appendEvents(trx, topic, [
    {
      organizationId: row.organization_id,
      ...(cause !== undefined && { cause }),
      sequence: row.sequence,
      aggregate: `workflow:${row.id}`,
      sealedSteps: row.sealed ?? undefined,
      payload: { case: kind, value: workflowToProto(row) },
    },
  ]);
}
