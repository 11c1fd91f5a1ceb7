import { getOption, toBinary } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { topicOf } from '@drippulse/events';
import type { LookUpTxt, Resolve } from '@drippulse/http';
import { AgentChecksService, AgentErasuresService } from '@drippulse/proto/drippulse/agents/v1/internal_pb';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { FailuresService } from '@drippulse/proto/drippulse/enrollments/v1/failures_pb';
import { HeldEntriesService } from '@drippulse/proto/drippulse/enrollments/v1/held_entries_pb';
import { webhook } from '@drippulse/proto/drippulse/events/v1/options_pb';
import { IntegrationErasuresService } from '@drippulse/proto/drippulse/integrations/v1/erasures_pb';
import { ActionsService } from '@drippulse/proto/drippulse/journeys/v1/actions_pb';
import { ApprovalRequestsService, ApprovalsService } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { EventsService } from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { ExplainService } from '@drippulse/proto/drippulse/journeys/v1/explain_pb';
import { BouncesService } from '@drippulse/proto/drippulse/messaging/v1/bounces_pb';
import { SendingRulesService } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { SenderChecksService, SenderService } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { SuppressionsService } from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { TrackingService } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import { type WebhookEvent, WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { type Workflow, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, callerOf, createChainHeaders } from '@drippulse/rpc';
import { createHarness, editor, entitling, setSuspended } from '@drippulse/service/harness';
import { eventually, type TestDatabase } from '@drippulse/testing';
import { publicService, serviceOf } from '@drippulse/topology';
import type { DB } from '../src/db/schema.ts';
import type { Fault } from '../src/fault-points.ts';
import type { Performers } from '../src/performers.ts';
import { service } from '../src/service.ts';
import { createCrmPeer } from './crm-peer.ts';
import { createIdentityPeer } from './identity-peer.ts';

export { editor, stranger } from '@drippulse/service/harness';

export const tester: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin', mode: 'test' };
const admin: Caller = { ...editor, role: 'admin' };
/** The gateway itself, which calls methods that need no credential. */
export const nobody: Caller = {
  organizationId: 0n,
  actor: { type: 'service', id: publicService },
  role: 'viewer',
  mode: 'live',
};
export const workflowsService: Caller = {
  ...editor,
  actor: { type: 'service', id: serviceOf('workflows') },
  role: 'admin',
};

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** The settings of a runtime that tests change. */
export type RuntimeOptions = { leaseMs?: number; mailDir?: string; chainBudget?: number; grpcPort?: number };

/** Starts the service with peers in memory. The workflows service in memory has the workflows of `elsewhere`. */
export async function startHarness(
  options: RuntimeOptions & {
    start?: boolean;
    database?: TestDatabase;
    resolve?: Resolve;
    lookUpTxt?: LookUpTxt;
    performers?: Performers;
    fault?: Fault;
  } = {},
) {
  const { start = true, database, resolve, lookUpTxt, performers = {}, fault, ...config } = options;
  /** Workflows of which only the workflows service has a copy, by id. */
  const elsewhere = new Map<bigint, { organizationId: bigint; workflow: Workflow }>();
  const crm = createCrmPeer();
  const identity = createIdentityPeer();
  let shiftMs = 0;
  const harness = await createHarness(service, {
    env: { WEBHOOK_ALLOW_PRIVATE: 'true' },
    config,
    overrides: {
      shiftMs: () => shiftMs,
      ...(resolve && { resolve }),
      ...(lookUpTxt && { lookUpTxt }),
      ...(fault && { fault }),
      performers,
    },
    ...(database && { database }),
    peers: [
      {
        name: serviceOf('workflows'),
        routes(router) {
          router.service(WorkflowsService, {
            getWorkflow({ id }, call) {
              const known = elsewhere.get(id);
              if (known?.organizationId === callerOf(call).organizationId) return { workflow: known.workflow };
              throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
            },
          });
        },
      },
      { name: serviceOf('crm'), routes: crm.routes },
      { name: serviceOf('identity'), routes: identity.routes },
      {
        name: serviceOf('agents'),
        routes: (router) => {
          router.service(AgentErasuresService, { erasePersonFromAgents: () => ({ isPartial: false }) });
          router.service(AgentChecksService, {
            checkAgent({ id }) {
              if (id !== 7n) throw new DomainError('not_found', 'agent_not_found', 'There is no agent with this id.');
              return {};
            },
          });
        },
      },
      {
        name: serviceOf('integrations'),
        routes: (router) => {
          router.service(IntegrationErasuresService, { forgetSourceRows: () => ({}) });
        },
      },
    ],
  });
  const { events } = harness;
  if (start) await harness.start();
  const db = harness.connect<DB>();
  const published = await harness.collect(EnrollmentEventSchema);
  const producer = await events.createProducer();
  harness.keep({ stop: () => producer.close() });
  const enrollmentsOf = harness.clientsFrom(serviceOf('identity'), EnrollmentsService);
  const eventsOf = harness.clientsFrom(serviceOf('identity'), EventsService);
  const explainOf = harness.clientsFrom(serviceOf('identity'), ExplainService);
  const chainsOf = harness.clientsFrom(serviceOf('crm'), ChainsService);
  const approvalsOf = harness.clientsFrom(serviceOf('identity'), ApprovalsService);
  const actionsOf = harness.clientsFrom(serviceOf('agents'), ActionsService);
  const approvalRequestsOf = harness.clientsFrom(serviceOf('workflows'), ApprovalRequestsService);
  const senderOf = harness.clientsFrom(serviceOf('identity'), SenderService);
  const rulesOf = harness.clientsFrom(serviceOf('identity'), SendingRulesService);
  const suppressionsOf = harness.clientsFrom(serviceOf('identity'), SuppressionsService);
  const checksOf = harness.clientsFrom(serviceOf('workflows'), SenderChecksService);
  const trackingOf = harness.clientsFrom(publicService, TrackingService);
  const bouncesOf = harness.clientsFrom(publicService, BouncesService);
  const heldOf = harness.clientsFrom(serviceOf('identity'), HeldEntriesService);
  const failuresOf = harness.clientsFrom(serviceOf('integrations'), FailuresService);
  const runtimeOf = harness.clientsFrom(serviceOf('workflows'), RuntimeService);
  return {
    config: harness.config,
    /** Reads the chain in a header of an outgoing request, as the gateway does. */
    readChain: (header: string) => {
      const { CHAIN_KEYS = '' } = harness.keys.environmentOf(publicService, '');
      return createChainHeaders(CHAIN_KEYS).read(header, new Date());
    },
    ...entitling(harness, service.name),
    chains: (caller: Caller = editor) => chainsOf(caller),
    /** The database URL for a runtime in another process that joins this harness. */
    url: harness.database.url,
    db: db.kysely,
    /** Opens further connections to the database of the service. */
    connect: (max: number) => harness.connect<DB>(max),
    /** Published events, in order within one enrollment. */
    published,
    crm,
    /** The members who get mails. Tests change this list. */
    members: identity.members,
    elsewhere,
    approvals: (caller: Caller = editor) => approvalsOf(caller),
    /** Calls for approvals, as other services make them. */
    approvalRequests: (caller: Caller = workflowsService) => approvalRequestsOf(caller),
    actions: actionsOf,
    /** Keys of the services, for peers of the test. */
    keys: harness.keys,
    log: harness.log,
    keep: harness.keep,
    startRuntime: harness.start,
    /** Stops the runtimes in order, as a deployment does. */
    stopRuntimes: harness.stopServices,
    enrollments: (caller: Caller = editor) => enrollmentsOf(caller),
    heldEntries: (caller: Caller = editor) => heldOf(caller),
    /** Calls that retry the failures of a connection. */
    failures: (caller: Caller) => failuresOf(caller),
    /** Calls with events of contacts. */
    contactEvents: (caller: Caller = editor) => eventsOf(caller),
    explain: (caller: Caller = editor) => explainOf(caller),
    /** The public methods, as the gateway calls them for clients without a credential. */
    tracking: trackingOf(nobody),
    bounces: bouncesOf(nobody),
    runtime: (caller: Caller = workflowsService) => runtimeOf(caller),
    sender: (caller: Caller = admin) => senderOf(caller),
    rules: (caller: Caller = admin) => rulesOf(caller),
    suppressions: (caller: Caller = editor) => suppressionsOf(caller),
    senderChecks: (caller: Caller = workflowsService) => checksOf(caller),
    /** Moves the time of the runtime's database forward. */
    pass(ms: number) {
      shiftMs += ms;
    },
    /** Returns how far the runtime's time is ahead of the database's, in milliseconds. */
    shiftMs: () => shiftMs,
    /** Publishes an event of the workflows service. */
    async publishWorkflow(value: Uint8Array) {
      await events.ensureTopics([topicOf(WorkflowEventSchema).name]);
      const headers = { ce_id: 'evt_test', ce_type: 'workflow.updated' };
      await producer.send(topicOf(WorkflowEventSchema).name, [{ key: 'test', value, headers }], 5_000);
    },
    /** Publishes events of the CRM, as its relay does. Returns their ids. */
    async publishCrm(...messages: CrmEvent[]): Promise<string[]> {
      const topic = topicOf(CrmEventSchema);
      await events.ensureTopics([topic.name]);
      const sent = messages.map((message) => ({
        key: message.aggregate,
        value: toBinary(CrmEventSchema, message),
        headers: { ce_id: message.id, ce_type: typeOf(message) },
      }));
      await producer.send(topic.name, sent, 5_000);
      return messages.map(({ id }) => id);
    },
    /** Publishes an event about a webhook, as the webhooks service's relay does. */
    async publishWebhook(message: WebhookEvent): Promise<void> {
      const topic = topicOf(WebhookEventSchema);
      await events.ensureTopics([topic.name]);
      const headers = { ce_id: message.id, ce_type: `webhook.${message.payload.case}` };
      const value = toBinary(WebhookEventSchema, message);
      await producer.send(topic.name, [{ key: message.aggregate, value, headers }], 5_000);
    },
    /**
     * Suspends or resumes an organization, as an event of the identity service does, and waits until the runtime has
     * handled the event.
     */
    setSuspended: (organizationId: bigint, isNowSuspended: boolean, sequence: bigint) =>
      setSuspended({ events, group: service.name }, { organizationId, isNowSuspended, sequence }),
    /** Waits until the triggers have handled every event of the CRM that was published. */
    async crmHandled() {
      await eventually(async () => {
        const lags = await events.lag(topicOf(CrmEventSchema).name, service.name);
        return lags.size > 0 && [...lags.values()].every((lag) => lag === 0n);
      });
    },
    stop: harness.stop,
  };
}

function typeOf({ payload }: CrmEvent): string {
  const field = CrmEventSchema.fields.find(({ localName }) => localName === payload.case);
  return field === undefined ? '' : getOption(field, webhook).type;
}
