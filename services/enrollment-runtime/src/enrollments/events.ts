import type { MessageInitShape } from '@bufbuild/protobuf';
import { appendBatches, appendEvents, startEvents, topicOf } from '@drippulse/events';
import type { EnrollmentSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type EnrollmentEvent, EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { StepsNews } from '../funnel/step-counts.ts';

/** An event of an enrollment. */
export type EnrollmentNews = {
  organizationId: bigint;
  enrollmentId: bigint;
  /** Cause of the chain of the enrollment, if it has one. */
  cause?: string | null;
  /** Variants under which the enrollment is counted, each as a `variantKey`. */
  variants?: readonly string[];
  payload: NonNullable<MessageInitShape<typeof EnrollmentEventSchema>['payload']> & {
    case: EnrollmentEvent['payload']['case'];
  };
};

/** Events of enrollments that started together: their common content, and the individual content of each. */
export type StartedNews = {
  organizationId: bigint;
  shared: MessageInitShape<typeof EnrollmentSchema>;
  each: ReturnType<typeof collectStarted>;
};

const topic = topicOf(EnrollmentEventSchema);

/** Collects the individual content of events of enrollments that start together, encoded as it is added. */
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
 * Appends events in the transaction that made the change, after the transaction has locked the runs. The sequence
 * numbers are then higher than those of every earlier change to these enrollments, and rise in the order of `news`. If
 * `started` has any enrollments, `news` may only concern these enrollments. The events in `counted` carry sums for each
 * step, and have no sequence numbers.
 */
export async function appendNews(
  trx: Transaction<DB>,
  news: readonly EnrollmentNews[],
  started: readonly StartedNews[] = [],
  counted: readonly StepsNews[] = [],
): Promise<void> {
  if (news.length === 0 && started.length === 0) return appendCounted(trx, counted);
  const { rows } = await sql<{ first: bigint }>`select nextval('enrollment_changes_seq') as first`.execute(trx);
  const first = rows[0]?.first ?? 0n;
  if (started.length > 0) await appendStarted(trx, started, first);
  if (news.length === 0) return appendCounted(trx, counted);
  const appended = new Map<bigint, bigint>();
  const startedEvents = started.length === 0 ? 0n : 1n;
  const events = news.map(({ organizationId, enrollmentId, cause, variants = [], payload }) => {
    const before = appended.get(enrollmentId) ?? startedEvents;
    appended.set(enrollmentId, before + 1n);
    const aggregate = aggregateOf(enrollmentId);
    const fields = { organizationId, sequence: first + before, aggregate, payload };
    return { ...fields, ...(cause && { cause }), ...(variants.length > 0 && { variants: [...variants] }) };
  });
  await appendEvents(trx, topic, [...events, ...counted.map(countedEvent)]);
}

async function appendCounted(trx: Transaction<DB>, counted: readonly StepsNews[]): Promise<void> {
  await appendEvents(trx, topic, counted.map(countedEvent));
}

function countedEvent({ organizationId, workflowId, value }: StepsNews) {
  return { organizationId, aggregate: `steps:${workflowId}`, payload: { case: 'stepsCounted' as const, value } };
}

async function appendStarted(trx: Transaction<DB>, started: readonly StartedNews[], sequence: bigint) {
  await appendBatches(
    trx,
    started.map(({ organizationId, shared, each }) => ({
      batch: each.batch,
      shared: { organizationId, sequence, payload: { case: 'started' as const, value: shared } },
    })),
  );
}

function aggregateOf(enrollmentId: bigint): string {
  return `enrollment:${enrollmentId}`;
}
