import type { MessageInitShape } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import type { Resolve } from '@drippulse/http';
import type { Clock } from '@drippulse/loops';
import {
  type ApplyWorkflowRequest,
  type CountWorkflowsRequest,
  RuntimeService,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { ConnectionChecksService } from '@drippulse/proto/drippulse/integrations/v1/connection_checks_pb';
import { SenderChecksService } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import {
  WorkflowCatalogService,
  type WorkflowStatsSchema,
  WorkflowsService,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { createHarness, editor } from '@drippulse/service/harness';
import { serviceOf } from '@drippulse/topology';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';

export { editor, stranger } from '@drippulse/service/harness';

/** Projects that the identity service of these tests knows, by organization. */
const projects = new Map([
  [1n, [101n, 102n, 103n, 104n, 105n, 106n]],
  [2n, [201n]],
]);

const identity = serviceOf('identity');
const runtime = serviceOf('enrollments');
const integrations = serviceOf('integrations');

/** A test key of organization 1. */
export const tester: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin', mode: 'test' };

export const gateway: Caller = { ...editor, actor: { type: 'service', id: identity }, role: 'admin' };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Starts the service with peers in memory. The peers have the projects, and record the applied workflows. */
export async function startHarness(o: { resolve?: Resolve; clock?: Clock } = {}) {
  const applied: ApplyWorkflowRequest[] = [];
  const counted: CountWorkflowsRequest[] = [];
  /** Test mails that the service asked the runtime to send. */
  const mailed: { to: string; request: string }[] = [];
  /** Counts of enrollments that the runtime returns for each workflow. */
  const stats: Record<string, MessageInitShape<typeof WorkflowStatsSchema>> = {};
  /** Numbers of active enrollments that the runtime returns for each version. */
  const active: Record<number, bigint> = {};
  /**
   * Functions to call, one for each look-up of a project. A function is called after the identity service has found the
   * project and before it responds.
   */
  const betweenCheckAndWrite: (() => Promise<unknown>)[] = [];
  const harness = await createHarness(service, {
    ...(o.resolve && { overrides: { resolve: o.resolve } }),
    ...(o.clock && { clock: o.clock }),
    peers: [
      {
        name: identity,
        routes(router) {
          router.service(IdentityService, {
            async checkProject(request, call) {
              if (projects.get(callerOf(call).organizationId)?.includes(request.id)) {
                await betweenCheckAndWrite.shift()?.();
                return {};
              }
              throw new DomainError('not_found', 'project_not_found', 'There is no project with this id.');
            },
            getOwnAddress: (_request, call) => ({ email: `user${callerOf(call).actor.id}@example.org` }),
          });
        },
      },
    ],
  });
  /** Reasons why connections cannot be used, by provider. Connections to all other providers can be used. */
  const unusable = new Map<string, string>();
  const registerIntegrations = () =>
    harness.servePeer(integrations, (router) => {
      router.service(ConnectionChecksService, {
        findUnusableConnections: ({ connections }) => ({
          unusable: connections.flatMap((one) => {
            const reason = unusable.get(one.provider);
            const { provider, connectionKey } = one;
            return reason === undefined ? [] : [{ provider, connectionKey, reason }];
          }),
        }),
      });
    });
  registerIntegrations();
  const registerRuntime = () =>
    harness.servePeer(runtime, (router) => {
      router.service(RuntimeService, {
        applyWorkflow(request) {
          applied.push(request);
          return {};
        },
        countWorkflows(request) {
          counted.push(request);
          return { stats };
        },
        countVersions: () => ({ active }),
      });
      router.service(SenderChecksService, {
        sendTestMail({ request, to }) {
          mailed.push({ to, request: Buffer.from(request).toString() });
          return { sent: true, message: 'Sent' };
        },
        checkSenders: ({ addresses }) => ({
          unverified: addresses.filter((one) => !one.endsWith('@verified.example')),
        }),
      });
    });
  registerRuntime();
  await harness.start();
  const db = harness.connect<DB>();
  return {
    config: harness.config,
    peers: harness.peers,
    registerRuntime,
    /** The integrations service as a peer. Its responses are taken from `unusable`. */
    integrations: {
      unusable,
      register: registerIntegrations,
      unregister: () => harness.peers.unregister(integrations),
    },
    betweenCheckAndWrite,
    db: db.kysely,
    pool: db.pool,
    /** Events as they were published, in order within one workflow. */
    published: await harness.collect(WorkflowEventSchema),
    /** Workflows that the runtime was asked to apply. */
    applied,
    mailed,
    /** Requests for counts to the runtime, and the counts that it returns. */
    counted,
    stats,
    active,
    workflows: harness.clientsFrom(identity, WorkflowsService),
    catalog: harness.clientsFrom(identity, WorkflowCatalogService),
    stop: harness.stop,
  };
}
