import { randomBytes } from 'node:crypto';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import { topicOf } from '@drippulse/events';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import { AnalyticsService } from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { AccountService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { callerOf, type Routes } from '@drippulse/rpc';
import { createHarness } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { publicService, type ServiceName, servedBy } from '@drippulse/topology';
import type { DB } from '../src/db/schema.ts';
import { type Overrides, service } from '../src/service.ts';

export { editor, stranger } from '@drippulse/service/harness';

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Starts the service on a database of its own. The fake identity service has a time zone for each organization. */
export async function startHarness(
  o: {
    overrides?: Overrides;
    timezones?: Map<bigint, string>;
    peers?: readonly { name: ServiceName; routes: Routes }[];
  } = {},
) {
  const { timezones = new Map<bigint, string>() } = o;
  /** Organizations that identity no longer has. */
  const deleted = new Set<bigint>();
  const harness = await createHarness(service, {
    ...(o.overrides && { overrides: o.overrides }),
    peers: [
      ...(o.peers ?? []),
      {
        name: servedBy(AccountService),
        routes: (router) =>
          router.service(AccountService, {
            getAccount(_, call) {
              const { organizationId } = callerOf(call);
              if (deleted.has(organizationId)) {
                throw new DomainError('not_found', 'organization_deleted', 'There is no such organization.');
              }
              return { account: { timezone: timezones.get(organizationId) ?? 'UTC' } };
            },
          }),
      },
    ],
  });
  await harness.start();
  const db = harness.connect<DB>();
  await harness.events.ensureTopics(
    [EnrollmentEventSchema, CrmEventSchema, AgentEventSchema, WebhookEventSchema, WorkflowEventSchema].map(
      (desc) => topicOf(desc).name,
    ),
  );
  const producer = await harness.events.createProducer();
  harness.keep({ stop: () => producer.close() });

  /** Publishes an event with a time, as its publisher does. An event with the id of an earlier event repeats it. */
  async function publish<D extends DescMessage>(desc: D, event: PublishedEvent<D>): Promise<string> {
    const { at = new Date(), organizationId = 1n, variants, payload } = event;
    const id = event.id ?? eventId(at);
    const aggregate = 'enrollment:1';
    const time = timestampFromDate(at);
    const fields = { id, organizationId, time, sequence: 2n, aggregate, ...(variants && { variants }), payload };
    const value = toBinary(desc, create(desc, fields as unknown as MessageInitShape<D>)); // every event message has these fields
    const message = { key: `${organizationId}:${aggregate}`, value, headers: { ce_id: id, ce_type: 'any' } };
    await producer.send(topicOf(desc).name, [message], 5000);
    return id;
  }

  return {
    ...harness,
    db,
    deleted,
    timezones,
    publish,
    analytics: harness.clientsFrom(publicService, AnalyticsService),
    /** Publishes an event about a mail of workflow 12. */
    email: (kind: EmailKind, event: EnrollmentGiven & { stepId?: string; to?: string; category?: string } = {}) => {
      const { mode = Mode.LIVE, workflowId = 12n, stepId = 'hello', to = 'ada@gmail.com', category, ...given } = event;
      const delivery = { id: 1n, to };
      const value = { enrollmentId: 1n, workflowId, stepId, mode, delivery, ...(category && { category }) };
      return publish(EnrollmentEventSchema, { ...given, payload: { case: kind, value } });
    },
    /** Publishes an event about an enrollment of workflow 12. */
    enrollment: (kind: 'started' | 'completed' | 'failed' | 'cancelled', event: EnrollmentGiven = {}) => {
      const { mode = Mode.LIVE, workflowId = 12n, version = 1, createdAt, outcome, ...given } = event;
      const value = {
        ...{ id: 1n, workflowId, workflowVersion: version, mode },
        ...(createdAt && { createdAt: timestampFromDate(createdAt) }),
        ...(outcome !== undefined && { outcome }),
      };
      return publish(EnrollmentEventSchema, { ...given, payload: { case: kind, value } });
    },
    /** Waits until this number of facts is stored, and no marked day is left to recount. */
    async stored(facts: number): Promise<void> {
      await eventually(async () => {
        const count = await db.kysely
          .selectFrom('facts')
          .select((f) => f.fn.countAll<bigint>().as('n'))
          .executeTakeFirst();
        const stale = await db.kysely.selectFrom('stale_days').selectAll().execute();
        if (Number(count?.n) !== facts || stale.length > 0)
          throw new Error(`${count?.n} of ${facts} facts are stored, and ${stale.length} days wait to be counted`);
      });
    },
  };
}

type EmailKind =
  | 'emailSent'
  | 'emailOpened'
  | 'emailClicked'
  | 'emailBounced'
  | 'emailComplained'
  | 'emailUnsubscribed';

type PublishedEvent<D extends DescMessage> = {
  id?: string;
  at?: Date;
  organizationId?: bigint;
  /** Variants of the enrollment, for events about enrollments. */
  variants?: string[];
  payload: NonNullable<(MessageInitShape<D> & { payload?: unknown })['payload']>;
};

type EnrollmentGiven = Partial<Omit<PublishedEvent<typeof EnrollmentEventSchema>, 'payload'>> & {
  mode?: Mode;
  workflowId?: bigint;
  version?: number;
  createdAt?: Date;
  outcome?: string;
};

/** Returns the id of an event that was made at a time. */
function eventId(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  const rest = randomBytes(9).toString('hex');
  return `evt_${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}
