import { randomBytes } from 'node:crypto';
import type { Client } from '@connectrpc/connect';
import { type Config, service } from '@drippulse/enrollments';
import { RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import {
  clientFor,
  createGrpcPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
} from '@drippulse/rpc';
import { serviceNames, serviceOf } from '@drippulse/topology';

const keys = generateInternalTokenKeys(serviceNames);
const encryptionKeys = randomBytes(32).toString('base64');

/** The methods of a runtime that the workflows service calls, over gRPC. */
export type WorkflowsClient = { as(organizationId: bigint): Client<typeof RuntimeService>; close(): void };

export function createWorkflowsClient(port: number): WorkflowsClient {
  const target = serviceOf('enrollments');
  const peers = createGrpcPeers({ [target]: `127.0.0.1:${port}` });
  const tokens = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(keys.workflows) });
  const runtime = clientFor(RuntimeService, { peers, target, tokens });
  return {
    as: (organizationId) =>
      runtime({ organizationId, actor: { type: 'service', id: 'workflows' }, role: 'admin', mode: 'live' }),
    close: () => peers.close(),
  };
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
