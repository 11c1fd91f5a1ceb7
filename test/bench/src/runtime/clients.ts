import { randomBytes } from 'node:crypto';
import type { Client } from '@connectrpc/connect';
import { type Config, service } from '@drippulse/enrollments';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import {
  type Caller,
  clientFor,
  createGrpcPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
} from '@drippulse/rpc';
import { publicService, type ServiceName, serviceNames, serviceOf } from '@drippulse/topology';

const keys = generateInternalTokenKeys(serviceNames);
const encryptionKeys = randomBytes(32).toString('base64');

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
    tokens: createTokens({ service: name, keys: parseInternalTokenKeys(keys[name]) }),
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

/** The configuration of a runtime process that these clients can call: as in production, but that it may call us. */
export function runtimeConfig(databaseUrl: string, grpcPort: number): Config {
  return service.readConfig({
    DATABASE_URL: databaseUrl,
    GRPC_PORT: String(grpcPort),
    INTERNAL_TOKEN_KEYS: keys[service.name],
    ENCRYPTION_KEYS: encryptionKeys,
    TRACKING_KEYS: encryptionKeys,
    LOG_LEVEL: 'warn',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  });
}
