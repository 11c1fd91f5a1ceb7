import { service } from '@drippulse/analytics';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { AnalyticsService } from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { ReportsService } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { AccountService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, clientFor, createGrpcPeers, type Routes, serveRpc, serverInterceptors } from '@drippulse/rpc';
import { freePort } from '@drippulse/servers';
import { createTestKeys, type TestKeys } from '@drippulse/service/harness/keys';
import { addressVariable, nodeFlagsOf, publicService, type ServiceName, servedBy } from '@drippulse/topology';
import { type Child, startChild } from '../services/child.ts';
import type { BenchPostgres } from '../start-postgres.ts';

const caller: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };

/** The time zone of every organization. Its days differ from UTC days. */
export const timezone = 'Asia/Kathmandu';

/** Steps of each workflow: `step0` and so on. */
export const stepCount = 8;

/** The steps of every workflow. */
const steps = Array.from({ length: stepCount }, (_, place) => ({
  id: `step${place}`,
  name: `Step ${place}`,
  type: 'log',
  config: {},
}));

/** The analytics service, called as the gateway calls it. It can be started and stopped. */
export type Analytics = Awaited<ReturnType<typeof prepareAnalytics>>;

export async function prepareAnalytics({ url }: BenchPostgres) {
  const keys = createTestKeys();
  await service.migrate(url);
  await migrateEmbeddedTransport(url);
  const identity = await startPeer(keys, servedBy(AccountService), (router) =>
    router.service(AccountService, { getAccount: () => ({ account: { timezone } }) }),
  );
  const workflows = await startPeer(keys, servedBy(WorkflowsService), (router) =>
    router.service(WorkflowsService, {
      getWorkflow: ({ id }) => ({
        workflow: { id, name: `Workflow ${id}`, steps: Buffer.from(JSON.stringify(steps)) },
      }),
      async *listWorkflows({ ids }) {
        yield { workflows: ids.map((id) => ({ id, name: `Workflow ${id}` })) };
      },
    }),
  );
  const grpcPort = await freePort();
  const peers = createGrpcPeers({ [service.name]: `127.0.0.1:${grpcPort}` });
  const tokens = keys.tokensOf(publicService);
  return {
    analytics: clientFor(AnalyticsService, { peers, target: service.name, tokens })(caller),
    reports: clientFor(ReportsService, { peers, target: service.name, tokens })(caller),
    /** Starts a process of the service. */
    start(): Promise<Child> {
      return startChild(
        new URL('../services/service-process.ts', import.meta.url),
        {
          ...keys.environmentOf(service.name, url),
          BENCH_SERVICE: service.name,
          GRPC_PORT: String(grpcPort),
          [addressVariable(servedBy(AccountService))]: `127.0.0.1:${identity.port}`,
          [addressVariable(servedBy(WorkflowsService))]: `127.0.0.1:${workflows.port}`,
        },
        { execArgv: nodeFlagsOf(service.name) },
      );
    },
    async stop() {
      peers.close();
      await identity.stop();
      await workflows.stop();
    },
  };
}

/** Starts a peer of the service in this process. */
function startPeer(keys: TestKeys, name: ServiceName, routes: Routes) {
  const log = createLogger({ level: 'fatal' });
  const interceptors = serverInterceptors({ tokens: keys.tokensOf(name), log });
  return serveRpc({ routes, interceptors, host: '127.0.0.1', port: 0, log });
}
