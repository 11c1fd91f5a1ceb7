import { fromBinary } from '@bufbuild/protobuf';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { FrameSchema } from '@drippulse/proto/drippulse/events/v1/frame_pb';
import type { Facts } from '../facts.ts';
import type { Evidence } from './evidence.ts';

/** Compares committed outbox rows with the events that came out of Kafka, and with the enrollments that they report. */
export function checkPublished({ history, facts }: Evidence): string[] {
  const committed = committedEvents(facts);
  const problems: string[] = [];
  for (const [id, { organizationId }] of committed) {
    const organization = history.published.get(id);
    if (organization === undefined) problems.push(`event ${id} was committed and not published`);
    else if (organization !== organizationId) problems.push(`event ${id} was published for ${organization}`);
  }
  for (const id of history.published.keys()) {
    if (!committed.has(id)) problems.push(`event ${id} was published and not committed`);
  }
  return [...problems, ...checkReported(facts, committed)];
}

type Reported = { organizationId: string; enrollmentId: string; type: string };

/** Reads the events of the committed outbox rows by id, only by frame.proto, without the code of libs/events. */
export function committedEvents(facts: Facts): Map<string, Reported> {
  const events = new Map<string, Reported>();
  for (const bytes of facts.frames) {
    const frame = fromBinary(FrameSchema, bytes);
    let at = 0;
    for (const [index, id] of frame.ids.entries()) {
      const rest = frame.rests.subarray(at, at + (frame.sizes[index] ?? 0));
      at += rest.byteLength;
      const { aggregate, payload } = fromBinary(EnrollmentEventSchema, Buffer.concat([frame.prefix, rest]));
      const { organization: organizationId = '' } = { ...frame.headers, ...frame.otherHeaders[index]?.headers };
      const enrollmentId = aggregate.replace('enrollment:', '');
      events.set(id, { organizationId, enrollmentId, type: payload.case ?? '' });
    }
  }
  return events;
}

/** Whether webhooks get such events. Sums are only for services. */
export function isForWebhooks({ type }: Pick<Reported, 'type'>): boolean {
  return type !== 'stepsCounted';
}

/** Checks that the events report once that each enrollment started and once how it ended, in its own organization. */
function checkReported(facts: Facts, committed: Map<string, Reported>): string[] {
  const counts = new Map<string, number>();
  for (const { organizationId, enrollmentId, type } of committed.values()) {
    const fact = `${organizationId} ${enrollmentId} ${type}`;
    counts.set(fact, (counts.get(fact) ?? 0) + 1);
  }
  return facts.enrollments.flatMap(({ id, organization_id, status }) =>
    ['started', status]
      .filter((type) => counts.get(`${organization_id} ${id} ${type}`) !== 1)
      .map(
        (type) =>
          `enrollment ${id} reported ${counts.get(`${organization_id} ${id} ${type}`) ?? 0} times that it ${type}`,
      ),
  );
}
