import type { Client } from '@connectrpc/connect';
import { type Config, service } from '@drippulse/enrollments';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type Caller, clientFor, createGrpcPeers } from '@drippulse/rpc';
import { createTestKeys } from '@drippulse/service/harness/keys';
import { publicService, type ServiceName, serviceOf } from '@drippulse/topology';

const keys = createTestKeys();

/** The methods of a runtime that the workflows service and the public API call, over gRPC. */
export type RuntimeClients = {
  workflows: { as(organizationId: bigint): Client<typeof RuntimeService> };
  enrollments: { as(organizationId: bigint): Client<typeof EnrollmentsService> };
  close(): void;
};

export function createRuntimeClients(port: number): RuntimeClients {
  const target = serviceOf('enrollments');
  const peers = createGrpcPeers({ [target]: `127.0.0.1:${port}` });
  const by = (name: ServiceName) => ({
    ...{ peers, target },
    tokens: keys.tokensOf(name),
  });
  const runtime = clientFor(RuntimeService, by(serviceOf('workflows')));
  const enrollments = clientFor(EnrollmentsService, by(publicService));
  return {
    workflows: { as: (id) => runtime(callerOf(id, { type: 'service', id: serviceOf('workflows') })) },
    enrollments: { as: (id) => enrollments(callerOf(id, { type: 'user', id: '1' })) },
    close: () => peers.close(),
  };
}

function callerOf(organizationId: bigint, actor: Caller['actor']): Caller {
  return { organizationId, actor, role: 'admin', mode: 'live' };
}

/**
 * Returns the configuration of a runtime process that these clients can call. It equals production, except that the
 * runtime may call this process.
 */
export function runtimeConfig(databaseUrl: string, grpcPort: number): Config {
  return service.readConfig({
    ...keys.environmentOf(service.name, databaseUrl),
    GRPC_PORT: String(grpcPort),
    LOG_LEVEL: 'warn',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  });
}
