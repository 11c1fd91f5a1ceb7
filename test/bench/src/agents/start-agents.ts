import { randomBytes } from 'node:crypto';
import { service } from '@drippulse/agents';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { AgentsService } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionsService } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentInsightsService } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { type Caller, clientFor, createGrpcPeers } from '@drippulse/rpc';
import { freePort } from '@drippulse/servers';
import { createTestKeys } from '@drippulse/service/harness/keys';
import { nodeFlagsOf, publicService } from '@drippulse/topology';
import { type Child, startChild } from '../services/child.ts';
import type { BenchPostgres } from '../start-postgres.ts';

const caller: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };

/** The agents service in a process of its own, as the gateway calls it. */
export type Agents = ReturnType<typeof clientsOf> & { process: Child; stop(): Promise<void> };

/** Starts the service. `codeUrl` is the URL that agents of type `code` call; the id of this code is `bench`. */
export async function startAgents({ url }: BenchPostgres, codeUrl: string): Promise<Agents> {
  const keys = createTestKeys();
  const grpcPort = await freePort();
  await service.migrate(url);
  await migrateEmbeddedTransport(url);
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const child = await startChild(
    new URL('../services/service-process.ts', import.meta.url),
    {
      ...keys.environmentOf(service.name, url),
      BENCH_SERVICE: service.name,
      GRPC_PORT: String(grpcPort),
      WEBHOOK_ALLOW_PRIVATE: 'true',
      CODE_AGENTS: JSON.stringify([{ id: 'bench', url: codeUrl, secret }]),
    },
    { execArgv: nodeFlagsOf(service.name) },
  );
  const peers = createGrpcPeers({ [service.name]: `127.0.0.1:${grpcPort}` });
  const tokens = keys.tokensOf(publicService);
  return {
    ...clientsOf({ peers, target: service.name, tokens }),
    process: child,
    async stop() {
      peers.close();
      await child.stop();
    },
  };
}

function clientsOf(way: Parameters<typeof clientFor>[1]) {
  return {
    agents: clientFor(AgentsService, way)(caller),
    executions: clientFor(AgentExecutionsService, way)(caller),
    insights: clientFor(AgentInsightsService, way)(caller),
  };
}
