import type { MessageInitShape } from '@bufbuild/protobuf';
import { appendEvents, topicOf } from '@drippulse/events';
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

const topic = topicOf(EnrollmentEventSchema);

/**
 * Says what happened, in the transaction that did it and after it has locked the runs: the numbers it takes are then
 * higher than those of every earlier change of the same enrollments, and its own rise in the order given.
 */
export async function appendNews(trx: Transaction<DB>, news: readonly EnrollmentNews[]): Promise<void> {
  if (news.length === 0) return;
  const { rows } = await sql<{ first: bigint }>`select nextval('enrollment_changes_seq') as first`.execute(trx);
  const first = rows[0]?.first ?? 0n;
  const told = new Map<bigint, bigint>();
  await appendEvents(
    trx,
    topic,
    news.map(({ organizationId, enrollmentId, payload }) => {
      const before = told.get(enrollmentId) ?? 0n;
      told.set(enrollmentId, before + 1n);
      return { organizationId, sequence: first + before, aggregate: `enrollment:${enrollmentId}`, payload };
    }),
  );
}
