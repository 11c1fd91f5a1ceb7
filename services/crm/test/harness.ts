import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { Clock } from '@drippulse/loops';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmBundlesService } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { CrmChangeEventsService } from '@drippulse/proto/drippulse/crm/v1/change_events_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmCustomFieldsService } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { CrmImportsService } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { LeadFormsService, PublicLeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { InboundCrmService, InboundSecretsService } from '@drippulse/proto/drippulse/crm/v1/lead_scores_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmMergesService } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { OperatorService } from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, callerOf, modeToProto } from '@drippulse/rpc';
import { createHarness, editor, entitling, stranger } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { expect } from '@jest/globals';
import type { Config } from '../src/config.ts';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';

export { editor, stranger } from '@drippulse/service/harness';

export const colleague: Caller = { ...editor, actor: { type: 'user', id: '2' } };
/** A test key of organization 1. */
export const tester: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin', mode: 'test' };
export const key: Caller = { ...editor, actor: { type: 'api_key', id: '7' } };

/** The caller of methods that need no credential. */
export const anonymous: Caller = {
  organizationId: 0n,
  actor: { type: 'service', id: serviceOf('identity') },
  role: 'viewer',
  mode: 'live',
};

/** An enrollment that this service requested. */
export type Enrolled = { workflowId: bigint; contacts: unknown; caller: Caller; cause: string | null };

/** A workflow that this service created at the workflows service. */
export type CreatedWorkflow = {
  id: bigint;
  organizationId: bigint;
  mode: Mode;
  name: string;
  status: WorkflowStatus;
  key: string;
  steps: { id: string; type: string }[];
};

/** Records that were counted in a chain. */
export type Counted = { organizationId: bigint; cause: string; records: number };

/** Members by organization, as the fake identity service reports them. */
const membersOf = new Map([
  [editor.organizationId, [1n, 2n, 5n, 9n]],
  [stranger.organizationId, [21n]],
]);

/** Returns the slug of an organization, as the fake identity service reports it. */
export const slugOf = ({ organizationId }: Pick<Caller, 'organizationId'>) => `organization-${organizationId}`;

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Starts the service, with peers in memory that have workflows and record the requested enrollments. */
export async function startHarness({ clock, ...options }: { hcaptcha?: Config['hcaptcha']; clock?: Clock } = {}) {
  /** Organizations of workflows by workflow id, as the fake workflows service stores them. */
  const workflows = new Map<bigint, bigint>();
  /** Workflows that were created with a test key. */
  const testWorkflows = new Set<bigint>();
  const createdWorkflows: CreatedWorkflow[] = [];
  /** Errors that the next requests to create a workflow get, although the workflows are created. */
  const lostAnswers: DomainError[] = [];
  /** Warnings of the next validations. */
  const stepWarnings: { path: string; message: string }[] = [];
  const enrolled: Enrolled[] = [];
  const enrollFailures: DomainError[] = [];
  const counted: Counted[] = [];
  const countFailures: DomainError[] = [];
  const onCount: { call?: () => Promise<void> } = {};
  const seen = new Set<string | null>();
  /** Ids that were looked up in the identity service, one list per call. */
  const askedMembers: bigint[][] = [];
  const harness = await createHarness(service, {
    config: options,
    ...(clock && { clock }),
    // The fake peers give the guarantees on which this service relies: unknown rows are not found, and an idempotency
    // key has one enrollment.
    peers: [
      {
        name: serviceOf('identity'),
        routes(router) {
          router.service(AccountService, {
            getAccount: (_request, call) => ({ account: { slug: slugOf(callerOf(call)) } }),
          });
          router.service(IdentityService, {
            findMembers({ userIds }, call) {
              askedMembers.push(userIds);
              const members = membersOf.get(callerOf(call).organizationId) ?? [];
              return { userIds: userIds.filter((id) => members.includes(id)) };
            },
          });
        },
      },
      {
        name: serviceOf('workflows'),
        routes(router) {
          router.service(WorkflowsService, {
            getWorkflow({ id }, call) {
              const mode = testWorkflows.has(id) ? Mode.TEST : Mode.LIVE;
              const { organizationId } = callerOf(call);
              const created = createdWorkflows.find((one) => one.id === id && one.organizationId === organizationId);
              if (created !== undefined) {
                const { name, status } = created;
                return { workflow: { id, name, status, mode: created.mode } };
              }
              if (workflows.get(id) === organizationId) return { workflow: { id, mode } };
              throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
            },
            createWorkflow({ name = '', status = WorkflowStatus.DRAFT, steps }, call) {
              const { organizationId, mode } = callerOf(call);
              const key = call.requestHeader.get('idempotency-key') ?? '';
              let workflow = createdWorkflows.find((one) => one.key === key && one.organizationId === organizationId);
              if (workflow === undefined) {
                const id = BigInt(1_000 + createdWorkflows.length);
                const graph = JSON.parse(Buffer.from(steps ?? []).toString());
                workflow = { id, organizationId, mode: modeToProto(mode), name, status, key, steps: graph };
                createdWorkflows.push(workflow);
              }
              const lost = lostAnswers.shift();
              if (lost !== undefined) throw lost;
              const { id } = workflow;
              return { workflow: { id, name, status } };
            },
            async *listWorkflows({ q = '', mode }, call) {
              const { organizationId } = callerOf(call);
              const own = createdWorkflows.filter((one) => one.organizationId === organizationId && one.mode === mode);
              yield {
                workflows: own
                  .filter(({ name }) => name.includes(q))
                  .map(({ id, name, status }) => ({ id, name, status })),
              };
            },
            validateWorkflow: () => ({ valid: true, problems: [], warnings: stepWarnings }),
          });
        },
      },
      {
        name: serviceOf('enrollments'),
        routes(router) {
          router.service(ChainsService, {
            async countRecords({ cause, records }, call) {
              await onCount.call?.();
              const failure = countFailures.shift();
              if (failure !== undefined) throw failure;
              counted.push({ organizationId: callerOf(call).organizationId, cause, records });
              return {};
            },
          });
          router.service(EnrollmentsService, {
            bulkEnroll({ workflowId, contacts }, call) {
              const failure = enrollFailures.shift();
              if (failure !== undefined) throw failure;
              const key = call.requestHeader.get('idempotency-key');
              const rows = JSON.parse(Buffer.from(contacts ?? []).toString());
              const cause = call.requestHeader.get('x-cause');
              if (key === null || !seen.has(key))
                enrolled.push({ workflowId, contacts: rows, caller: callerOf(call), cause });
              seen.add(key);
              return { createdCount: 1n };
            },
          });
        },
      },
    ],
  });
  await harness.start();
  const db = harness.connect<DB>();
  const published = await harness.collect(CrmEventSchema);
  const reach = <S extends DescService>(rpc: S): ((caller: Caller) => Client<S>) =>
    harness.clientsFrom(serviceOf('identity'), rpc);

  return {
    db: db.kysely,
    database: db,
    encryptionKeys: harness.config.encryptionKeys,
    reach,
    peers: harness.peers,
    ...entitling(harness, service.name),
    askedMembers,
    workflows,
    testWorkflows,
    createdWorkflows,
    lostAnswers,
    stepWarnings,
    enrolled,
    /** Failures of the next enrollments. */
    enrollFailures,
    counted,
    /** Failures of the next counts. */
    countFailures,
    /** Called while records are counted. */
    onCount,
    accounts: reach(CrmAccountsService),
    contacts: reach(CrmContactsService),
    leads: reach(CrmLeadsService),
    opportunities: reach(CrmOpportunitiesService),
    activities: reach(CrmActivitiesService),
    pipelines: reach(CrmOpportunityPipelinesService),
    changes: reach(CrmChangeEventsService),
    bundles: reach(CrmBundlesService),
    customFields: reach(CrmCustomFieldsService),
    merges: reach(CrmMergesService),
    leadForms: reach(LeadFormsService),
    publicForms: reach(PublicLeadFormsService),
    operator: reach(OperatorService),
    inboundSecrets: reach(InboundSecretsService),
    inbound: reach(InboundCrmService),
    /** The published events. The events of one record are in order. */
    published,
    imports: reach(CrmImportsService),
    /** Returns the events of a record, in order, once there are `count` events. */
    async eventsOf(aggregate: string, count: number): Promise<string[]> {
      const own = () => published.filter((event) => event.aggregate === aggregate);
      await eventually(() => expect(own().length).toBeGreaterThanOrEqual(count));
      return own().map((event) => `${event.sequence} ${event.payload.case}`);
    },
    stop: harness.stop,
  };
}
