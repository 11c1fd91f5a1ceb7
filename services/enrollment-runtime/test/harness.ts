import { getOption, toBinary } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { topicOf } from '@drippulse/events';
import type { Resolve } from '@drippulse/http';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { webhook } from '@drippulse/proto/drippulse/events/v1/options_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { type Workflow, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, callerOf, createChainHeaders, parseInternalTokenKeys } from '@drippulse/rpc';
import { createHarness, editor } from '@drippulse/service/harness';
import { eventually, type TestDatabase } from '@drippulse/testing';
import { publicService, serviceOf } from '@drippulse/topology';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';
import { createCrmPeer } from './crm-peer.ts';

export { editor, stranger } from '@drippulse/service/harness';

export const tester: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin', mode: 'test' };
export const workflowsService: Caller = {
  ...editor,
  actor: { type: 'service', id: serviceOf('workflows') },
  role: 'admin',
};

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** The settings that tests change of a runtime. */
export type RuntimeOptions = { leaseMs?: number; mailDir?: string; chainBudget?: number };

/** The service with peers in memory, and a workflows service that knows the workflows of `elsewhere`. */
export async function startHarness(
  options: RuntimeOptions & { start?: boolean; database?: TestDatabase; resolve?: Resolve } = {},
) {
  const { start = true, database, resolve, ...config } = options;
  /** Workflows that only the workflows service knows, by id. */
  const elsewhere = new Map<bigint, { organizationId: bigint; workflow: Workflow }>();
  const crm = createCrmPeer();
  let shiftMs = 0;
  const harness = await createHarness(service, {
    env: { WEBHOOK_ALLOW_PRIVATE: 'true' },
    config,
    overrides: { shiftMs: () => shiftMs, ...(resolve && { resolve }) },
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
    ],
  });
  const { events } = harness;
  if (start) await harness.start();
  const db = harness.connect<DB>();
  const published = await harness.collect(EnrollmentEventSchema);
  const producer = await events.createProducer();
  harness.keep({ stop: () => producer.close() });
  const enrollmentsOf = harness.clientsFrom(serviceOf('identity'), EnrollmentsService);
  const chainsOf = harness.clientsFrom(serviceOf('crm'), ChainsService);
  const runtimeOf = harness.clientsFrom(serviceOf('workflows'), RuntimeService);
  return {
    config: harness.config,
    /** The chain of a header of an outgoing request, as the gateway reads it. */
    readChain: (header: string) => {
      const { INTERNAL_TOKEN_KEYS: keys = '' } = harness.keys.environmentOf(publicService, '');
      return createChainHeaders(parseInternalTokenKeys(keys)).read(header, new Date());
    },
    chains: (caller: Caller = editor) => chainsOf(caller),
    /** The environment of a runtime in another process that joins this one. */
    url: harness.database.url,
    db: db.kysely,
    /** Events as they were published, in order within one enrollment. */
    published,
    crm,
    elsewhere,
    startRuntime: harness.start,
    /** Stops the runtimes in order, as a deployment does. */
    stopRuntimes: harness.stopServices,
    enrollments: (caller: Caller = editor) => enrollmentsOf(caller),
    runtime: (caller: Caller = workflowsService) => runtimeOf(caller),
    /** Time passes for the runtime's database. */
    pass(ms: number) {
      shiftMs += ms;
    },
    /** Publishes an event of the workflows service. */
    async publishWorkflow(value: Uint8Array) {
      await events.ensureTopics([topicOf(WorkflowEventSchema).name]);
      const headers = { ce_id: 'evt_test', ce_type: 'workflow.updated' };
      await producer.send(topicOf(WorkflowEventSchema).name, [{ key: 'test', value, headers }], 5_000);
    },
    /** Publishes events of the CRM, as its relay does; answers their ids. */
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
