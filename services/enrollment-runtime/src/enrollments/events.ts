import type { MessageInitShape } from '@bufbuild/protobuf';
import { appendBatch, appendEvents, startEvents, topicOf } from '@drippulse/events';
import type { EnrollmentSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type EnrollmentEvent, EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** What happened to an enrollment. */
export type EnrollmentNews = {
  organizationId: bigint;
  enrollmentId: bigint;
  payload: NonNullable<MessageInitShape<typeof EnrollmentEventSchema>['payload']> & {
    case: EnrollmentEvent['payload']['case'];
  };
};

/** Enrollments that began together: what each says of its own, and what their events have in common. */
export type StartedNews = {
  organizationId: bigint;
  shared: MessageInitShape<typeof EnrollmentSchema>;
  each: ReturnType<typeof collectStarted>;
};

const topic = topicOf(EnrollmentEventSchema);

/** What enrollments that begin together say of their own, encoded as they are added. */
export function collectStarted() {
  const batch = startEvents(topic);
  return {
    batch,
    add(value: MessageInitShape<typeof EnrollmentSchema> & { id: bigint }): void {
      batch.add({ aggregate: aggregateOf(value.id), payload: { case: 'started', value } });
    },
  };
}

/**
 * Says what happened, in the transaction that did it and after it has locked the runs: the numbers it takes are then
 * higher than those of every earlier change of the same enrollments, and its own rise in the order given. What is told
 * beside those that started is of some of them.
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
  const told = new Map<bigint, bigint>();
  const toldOfEach = started === undefined ? 0n : 1n;
  await appendEvents(
    trx,
    topic,
    news.map(({ organizationId, enrollmentId, payload }) => {
      const before = told.get(enrollmentId) ?? toldOfEach;
      told.set(enrollmentId, before + 1n);
      return { organizationId, sequence: first + before, aggregate: aggregateOf(enrollmentId), payload };
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
