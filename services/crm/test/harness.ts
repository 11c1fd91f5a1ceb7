import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmBundlesService } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { CrmChangeEventsService } from '@drippulse/proto/drippulse/crm/v1/change_events_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmCustomFieldsService } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { CrmImportsService } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { LeadFormsService, PublicLeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmMergesService } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { createHarness, editor, stranger } from '@drippulse/service/harness';
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

/** Who speaks where no credential is asked for. */
export const anonymous: Caller = {
  organizationId: 0n,
  actor: { type: 'service', id: serviceOf('identity') },
  role: 'viewer',
  mode: 'live',
};

/** An enrollment that this service asked for. */
export type Enrolled = { workflowId: bigint; contacts: unknown; caller: Caller; cause: string | null };

/** Records that were counted in a chain. */
export type Counted = { organizationId: bigint; cause: string; records: number };

/** Members by organization, as identity knows them. */
const membersOf = new Map([
  [editor.organizationId, [1n, 2n, 5n, 9n]],
  [stranger.organizationId, [21n]],
]);

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** The service, with peers in memory that know workflows and note the enrollments that they are asked for. */
export async function startHarness(options: { hcaptcha?: Config['hcaptcha'] } = {}) {
  /** Organizations of workflows by id, as the workflows service knows them. */
  const workflows = new Map<bigint, bigint>();
  /** Those of them that a test key made. */
  const testWorkflows = new Set<bigint>();
  const enrolled: Enrolled[] = [];
  const enrollFailures: DomainError[] = [];
  const counted: Counted[] = [];
  const countFailures: DomainError[] = [];
  const seen = new Set<string | null>();
  /** Ids that identity was asked for, one list a call. */
  const askedMembers: bigint[][] = [];
  const harness = await createHarness(service, {
    config: options,
    // The promises of the peers that this service relies on: not found, and one enrollment for each key.
    peers: [
      {
        name: serviceOf('identity'),
        routes(router) {
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
              if (workflows.get(id) === callerOf(call).organizationId) return { workflow: { id, mode } };
              throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
            },
          });
        },
      },
      {
        name: serviceOf('enrollments'),
        routes(router) {
          router.service(ChainsService, {
            countRecords({ cause, records }, call) {
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
    askedMembers,
    workflows,
    testWorkflows,
    enrolled,
    /** The next enrollments are refused so. */
    enrollFailures,
    counted,
    /** The next counts are refused so. */
    countFailures,
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
    /** Events as they were published, in order within one record. */
    published,
    imports: reach(CrmImportsService),
    /** The events of a record, in order, once there are `count`. */
    async eventsOf(aggregate: string, count: number): Promise<string[]> {
      const own = () => published.filter((event) => event.aggregate === aggregate);
      await eventually(() => expect(own().length).toBeGreaterThanOrEqual(count));
      return own().map((event) => `${event.sequence} ${event.payload.case}`);
    },
    stop: harness.stop,
  };
}
