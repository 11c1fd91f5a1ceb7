import { randomUUID } from 'node:crypto';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { topicOf } from '@drippulse/events';
import type { Clock } from '@drippulse/loops';
import { AgentsService } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentBudgetsService } from '@drippulse/proto/drippulse/agents/v1/budgets_pb';
import { AgentEvalSetsService } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import { AgentExecutionsService } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentInsightsService } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { AgentChecksService, AgentErasuresService } from '@drippulse/proto/drippulse/agents/v1/internal_pb';
import { AgentModelConnectionService } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { AgentReplaysService } from '@drippulse/proto/drippulse/agents/v1/replays_pb';
import { AgentTemplateVersionsService } from '@drippulse/proto/drippulse/agents/v1/template_versions_pb';
import { AgentTemplatesService } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { AgentTrainingsService } from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { type CrmOutcomeSchema, CrmOutcomesService } from '@drippulse/proto/drippulse/crm/v1/outcomes_pb';
import {
  EnrollmentStatus,
  EnrollmentsService,
  RuntimeService,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, callerOf, clientFor, fromConnectError } from '@drippulse/rpc';
import { createHarness, entitling, setSuspended } from '@drippulse/service/harness';
import { publicService, servedBy } from '@drippulse/topology';
import type { Config } from '../src/config.ts';
import type { DB } from '../src/db/schema.ts';
import { type Overrides, service } from '../src/service.ts';
import { createRuntimePeer } from './runtime-peer.ts';

export { editor, stranger } from '@drippulse/service/harness';

export type Harness = Awaited<ReturnType<typeof startHarness>>;

export const tester: Caller = { organizationId: 1n, actor: { type: 'api_key', id: '7' }, role: 'admin', mode: 'test' };
export const codeSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

type Run = { key: string; workflowId: bigint; contact: string; status: EnrollmentStatus };

/**
 * Starts the service on its own database. Its peers are fakes, among them a runtime that keeps runs, and an identity
 * service with the members 1 to 3.
 */
export async function startHarness(
  o: { env?: Record<string, string>; config?: Partial<Config>; overrides?: Overrides; clock?: Clock } = {},
) {
  const runs = new Map<bigint, Run>();
  let held: Promise<void> | undefined;
  const runtime = {
    isAway: false,
    refusal: undefined as string | undefined,
    deleted: [] as bigint[],
    /** Blocks the start of enrollments until the returned function is called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
  const open = new Map<bigint, number>();
  const peer = createRuntimePeer();
  /** The CRM's ended records, newest first, and a hook that runs before each page of records. */
  const crm = {
    outcomes: [] as MessageInitShape<typeof CrmOutcomeSchema>[],
    /** Ids of erased records. */
    erased: new Set<string>(),
    onPage: (async () => undefined) as (page: number) => Promise<void>,
  };
  const harness = await createHarness(service, {
    env: { WEBHOOK_ALLOW_PRIVATE: 'true', ...o.env },
    ...(o.config && { config: o.config }),
    ...(o.overrides && { overrides: o.overrides }),
    ...(o.clock && { clock: o.clock }),
    peers: [
      {
        name: servedBy(IdentityService),
        routes(router) {
          router.service(IdentityService, {
            findMembers: ({ userIds }) => ({ userIds: userIds.filter((id) => id <= 3n) }),
          });
          router.service(AccountService, {
            getAccount: (_request, call) => ({
              account: { timezone: callerOf(call).organizationId === 2n ? 'Asia/Tokyo' : 'UTC' },
            }),
          });
        },
      },
      {
        name: servedBy(WorkflowsService),
        routes: (router) =>
          router.service(WorkflowsService, {
            getWorkflow({ id }) {
              if (id !== 12n) throw new DomainError('not_found', 'workflow_not_found', 'There is no such workflow.');
              return { workflow: { id } };
            },
          }),
      },
      {
        name: servedBy(EnrollmentsService),
        routes(router) {
          router.service(EnrollmentsService, {
            async bulkEnroll({ workflowId, contacts }, call) {
              await held;
              if (runtime.isAway) throw new ConnectError('away', Code.Unavailable);
              if (runtime.refusal !== undefined)
                throw new DomainError('failed_precondition', runtime.refusal, 'Refused.');
              const key = call.requestHeader.get('idempotency-key') ?? '';
              const known = [...runs].find(([, run]) => run.key === key);
              if (known !== undefined) return { createdCount: 1n, enrollmentIds: [known[0]] };
              const id = BigInt(runs.size + 1);
              const contact = Buffer.from(contacts ?? new Uint8Array()).toString();
              runs.set(id, { key, workflowId, contact, status: EnrollmentStatus.ACTIVE });
              return { createdCount: 1n, enrollmentIds: [id] };
            },
            getEnrollment({ workflowId, id }) {
              const run = runs.get(id);
              if (run === undefined) throw new DomainError('not_found', 'enrollment_not_found', 'There is none.');
              return {
                enrollment: {
                  ...{ id, workflowId, status: run.status, isWaiting: run.status === EnrollmentStatus.ACTIVE },
                  contact: json(JSON.parse(run.contact)[0] ?? {}),
                },
              };
            },
            deleteEnrollment({ id }) {
              runtime.deleted.push(id);
              return {};
            },
          });
          peer.routes(router);
          router.service(RuntimeService, {
            findContact: ({ leadRef }) =>
              leadRef === 'lead_ada'
                ? { contact: Buffer.from('{"lead_ref":"lead_ada","email":"ada@acme.example"}') }
                : {},
          });
        },
      },
      {
        name: servedBy(CrmOpportunitiesService),
        routes(router) {
          peer.crm(router);
          router.service(CrmOpportunitiesService, {
            listCrmOpportunities: ({ ownerId }) => ({ totalCount: BigInt(open.get(ownerId ?? 0n) ?? 0) }),
          });
          router.service(CrmOutcomesService, {
            countCrmOutcomes() {
              const won = crm.outcomes.filter((one) => one.won).length;
              return { won: BigInt(won), lost: BigInt(crm.outcomes.length - won) };
            },
            async listCrmOutcomes({ cursor }) {
              const page = Number(cursor);
              await crm.onPage(page);
              const isLast = crm.outcomes.length <= (page + 1) * 200;
              const outcomes = crm.outcomes
                .slice(page * 200, (page + 1) * 200)
                .filter(({ id = '' }) => !crm.erased.has(id));
              return { outcomes, nextCursor: isLast ? '' : String(page + 1) };
            },
          });
        },
      },
    ],
  });
  await harness.start();
  const events = await harness.collect(AgentEventSchema);
  const db = harness.connect<DB>();
  await harness.events.ensureTopics([topicOf(EnrollmentEventSchema).name]);
  const producer = await harness.events.createProducer();
  harness.keep({ stop: () => producer.close() });
  return {
    runs,
    runtime,
    peer,
    open,
    crm,
    events,
    db,
    config: harness.config,
    connect: (max: number) => harness.connect<DB>(max),
    database: harness.database,
    start: harness.start,
    stopServices: harness.stopServices,
    agents: harness.clientsFrom(publicService, AgentsService),
    templates: harness.clientsFrom(publicService, AgentTemplatesService),
    executions: harness.clientsFrom(publicService, AgentExecutionsService),
    budgets: harness.clientsFrom(publicService, AgentBudgetsService),
    modelConnections: harness.clientsFrom(publicService, AgentModelConnectionService),
    versions: harness.clientsFrom(publicService, AgentTemplateVersionsService),
    replays: harness.clientsFrom(publicService, AgentReplaysService),
    evals: harness.clientsFrom(publicService, AgentEvalSetsService),
    trainings: harness.clientsFrom(publicService, AgentTrainingsService),
    insights: harness.clientsFrom(publicService, AgentInsightsService),
    effects: clientFor(EffectsService, {
      peers: harness.peers,
      target: service.name,
      tokens: harness.keys.tokensOf(servedBy(EnrollmentsService)),
    }),
    checks: harness.clientsFrom(servedBy(EnrollmentsService), AgentChecksService),
    erasures: harness.clientsFrom(servedBy(EnrollmentsService), AgentErasuresService),
    /** Ends a run in the runtime, and publishes the event of its end. */
    async endRun(id: bigint, status: EnrollmentStatus) {
      const run = runs.get(id);
      if (run === undefined) throw new Error(`there is no run ${id}`);
      run.status = status;
      const value = { id, workflowId: run.workflowId, status };
      await publish({ case: endings[status] ?? 'completed', value });
    },
    publish,
    /** Publishes the suspension or resumption of an organization, and waits until the service has handled it. */
    setSuspended: (change: Parameters<typeof setSuspended>[1]) =>
      setSuspended({ events: harness.events, group: service.name }, change),
    ...entitling(harness, service.name),
    stop: harness.stop,
  };

  async function publish(payload: MessageInitShape<typeof EnrollmentEventSchema>['payload']): Promise<void> {
    const id = `evt_${randomUUID()}`;
    const event = create(EnrollmentEventSchema, {
      ...{ id, organizationId: 1n, time: timestampNow(), sequence: 2n, aggregate: 'enrollment:1' },
      ...(payload && { payload }),
    });
    const value = toBinary(EnrollmentEventSchema, event);
    const message = { key: '1:enrollment:1', value, headers: { ce_id: id, ce_type: `enrollment.${payload?.case}` } };
    await producer.send(topicOf(EnrollmentEventSchema).name, [message], 5000);
  }
}

const endings: Partial<Record<EnrollmentStatus, 'completed' | 'failed' | 'cancelled'>> = {
  [EnrollmentStatus.FAILED]: 'failed',
  [EnrollmentStatus.CANCELLED]: 'cancelled',
};

/** Returns the reason of a refusal; undefined if the call succeeds. */
export async function reasonOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => fromConnectError(error).reason,
  );
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export function parsed(bytes: Uint8Array | undefined): ReturnType<typeof JSON.parse> {
  return JSON.parse(Buffer.from(bytes ?? new Uint8Array()).toString() || 'null');
}
