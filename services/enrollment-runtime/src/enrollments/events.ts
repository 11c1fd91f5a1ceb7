import type { MessageInitShape } from '@bufbuild/protobuf';
import { appendBatch, appendEvents, startEvents, topicOf } from '@drippulse/events';
import type { EnrollmentSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type EnrollmentEvent, EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** An event of an enrollment. */
export type EnrollmentNews = {
  organizationId: bigint;
  enrollmentId: bigint;
  /** Cause of the chain of the enrollment, if it has one. */
  cause?: string | null;
  payload: NonNullable<MessageInitShape<typeof EnrollmentEventSchema>['payload']> & {
    case: EnrollmentEvent['payload']['case'];
  };
};

/** Events of enrollments that started together: their common part, and the part of each. */
export type StartedNews = {
  organizationId: bigint;
  shared: MessageInitShape<typeof EnrollmentSchema>;
  each: ReturnType<typeof collectStarted>;
};

const topic = topicOf(EnrollmentEventSchema);

/** Collects the own part of each event of enrollments that start together, encoded as it is added. */
export function collectStarted() {
  const batch = startEvents(topic);
  return {
    batch,
    add(value: MessageInitShape<typeof EnrollmentSchema> & { id: bigint }, cause: string | null): void {
      batch.add({
        aggregate: aggregateOf(value.id),
        payload: { case: 'started', value },
        ...(cause !== null && { cause }),
      });
    },
  };
}

/**
 * Appends events in the transaction that made the change, after it has locked the runs. The sequence numbers are then
 * higher than those of every earlier change of the same enrollments, and rise in the order of `news`. `news` may only
 * concern enrollments in `started`, when that is given.
 */
export async function appendNews(
  trx: Transaction<DB>,
  news: readonly EnrollmentNews[],
  started: StartedNews | undefined = undefined,
): Promise<void> {
  if (news.length === 0 && started === undefined) return;
  const { rows } = await sql<{ first: bigint }>`select nextval('enrollment_changes_seq') as first`.execute(trx);
  const first = rows[0]?.first ?? 0n;
  if (started !== undefined) await appendStarted(trx, started, first);
  if (news.length === 0) return;
  const appended = new Map<bigint, bigint>();
  const startedEvents = started === undefined ? 0n : 1n;
  await appendEvents(
    trx,
    topic,
    news.map(({ organizationId, enrollmentId, cause, payload }) => {
      const before = appended.get(enrollmentId) ?? startedEvents;
      appended.set(enrollmentId, before + 1n);
      const aggregate = aggregateOf(enrollmentId);
      return { organizationId, sequence: first + before, aggregate, payload, ...(cause && { cause }) };
    }),
  );
}

async function appendStarted(trx: Transaction<DB>, { organizationId, shared, each }: StartedNews, sequence: bigint) {
  await appendBatch(trx, each.batch, {
    shared: { organizationId, sequence, payload: { case: 'started', value: shared } },
  });
}

function aggregateOf(enrollmentId: bigint): string {
  return `enrollment:${enrollmentId}`;
}
