import { fromBinary } from '@bufbuild/protobuf';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { FrameSchema } from '@drippulse/proto/drippulse/events/v1/frame_pb';
import type { Facts } from '../facts.ts';
import type { Evidence } from './evidence.ts';

/**
 * Compares committed outbox rows with the events that were read from Kafka, and with the enrollments that the events
 * report.
 */
export function checkPublished({ history, facts }: Evidence): string[] {
  const committed = committedEvents(facts);
  return [
    ...differences(committed, history.published),
    ...differences(committedByCrm(facts), history.publishedBy.crm),
    ...differences(committedByBilling(facts), history.publishedBy.billing),
    ...checkReported(facts, committed),
  ];
}

function differences(
  committed: ReadonlyMap<string, { organizationId: string }>,
  published: ReadonlyMap<string, string>,
): string[] {
  const problems: string[] = [];
  for (const [id, { organizationId }] of committed) {
    const organization = published.get(id);
    if (organization === undefined) problems.push(`event ${id} was committed and not published`);
    else if (organization !== organizationId) problems.push(`event ${id} was published for ${organization}`);
  }
  for (const id of published.keys()) {
    if (!committed.has(id)) problems.push(`event ${id} was published and not committed`);
  }
  return problems;
}

type Reported = { organizationId: string; enrollmentId: string; type: string };

/** Returns the events of the runtimes' committed outbox rows by id. */
export function committedEvents({ frames }: Facts): Map<string, Reported> {
  return new Map(
    [...eventsOf(frames)].map(({ id, organizationId, value }) => {
      const { aggregate, payload } = fromBinary(EnrollmentEventSchema, value);
      const enrollmentId = aggregate.replace('enrollment:', '');
      return [id, { organizationId, enrollmentId, type: payload.case ?? '' }];
    }),
  );
}

/** Returns the events of the CRM's committed outbox rows by id. */
export function committedByCrm({ crm }: Facts): Map<string, Omit<Reported, 'enrollmentId'>> {
  return new Map(
    [...eventsOf(crm.frames)].map(({ id, organizationId, value }) => {
      const type = fromBinary(CrmEventSchema, value).payload.case ?? '';
      return [id, { organizationId, type }];
    }),
  );
}

/** Returns the organizations of the events of billing's committed outbox rows, by the event's id. */
export function committedByBilling({ billing }: Facts): Map<string, { organizationId: string }> {
  return new Map([...eventsOf(billing.frames)].map(({ id, organizationId }) => [id, { organizationId }]));
}

/** Reads the events of outbox rows with frame.proto only, without the code of libs/events. */
export function* eventsOf(frames: readonly Uint8Array[]) {
  for (const bytes of frames) {
    const frame = fromBinary(FrameSchema, bytes);
    let at = 0;
    for (const [index, id] of frame.ids.entries()) {
      const rest = frame.rests.subarray(at, at + (frame.sizes[index] ?? 0));
      at += rest.byteLength;
      const { organization: organizationId = '' } = { ...frame.headers, ...frame.otherHeaders[index]?.headers };
      yield { id, organizationId, value: Buffer.concat([frame.prefix, rest]) };
    }
  }
}

/** Whether webhooks get events of this type. Events about sums are only for services. */
export function isForWebhooks({ type }: Pick<Reported, 'type'>): boolean {
  return type !== 'stepsCounted';
}

/**
 * Checks that the events report the start of each enrollment once, and its end once, in the enrollment's own
 * organization.
 */
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
