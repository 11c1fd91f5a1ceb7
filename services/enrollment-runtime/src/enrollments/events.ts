import type { MessageInitShape } from '@bufbuild/protobuf';
import { appendEvents, topicOf } from '@drippulse/events';
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

/** Enrollments that began together: what their events have in common, and what each says of its own. */
export type StartedNews = {
  organizationId: bigint;
  shared: MessageInitShape<typeof EnrollmentSchema>;
  each: readonly (MessageInitShape<typeof EnrollmentSchema> & { id: bigint })[];
};

const topic = topicOf(EnrollmentEventSchema);

/**
 * Says what happened, in the transaction that did it and after it has locked the runs: the numbers it takes are then
 * higher than those of every earlier change of the same enrollments, and its own rise in the order given.
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
  const told = new Map(started?.each.map(({ id }) => [id, 1n]));
  await appendEvents(
    trx,
    topic,
    news.map(({ organizationId, enrollmentId, payload }) => {
      const before = told.get(enrollmentId) ?? 0n;
      told.set(enrollmentId, before + 1n);
      return { organizationId, sequence: first + before, aggregate: aggregateOf(enrollmentId), payload };
    }),
  );
}

async function appendStarted(trx: Transaction<DB>, { organizationId, shared, each }: StartedNews, sequence: bigint) {
  await appendEvents(
    trx,
    topic,
    each.map((value) => ({ aggregate: aggregateOf(value.id), payload: { case: 'started' as const, value } })),
    { shared: { organizationId, sequence, payload: { case: 'started', value: shared } } },
  );
}

function aggregateOf(enrollmentId: bigint): string {
  return `enrollment:${enrollmentId}`;
}
