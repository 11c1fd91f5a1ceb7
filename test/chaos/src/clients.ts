import { randomBytes } from 'node:crypto';
import type { Client } from '@connectrpc/connect';
import { type Config, service as runtime } from '@drippulse/enrollments';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import {
  type Caller,
  clientFor,
  createGrpcPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
} from '@drippulse/rpc';
import { publicService, type ServiceName, serviceNames, serviceOf } from '@drippulse/topology';
import { type Config as DelivererConfig, service as deliverer } from '@drippulse/webhooks';

/** The methods of a runtime that its callers use, over gRPC. */
export type RuntimeClient = {
  enrollments(organizationId: bigint): Client<typeof EnrollmentsService>;
  workflows(organizationId: bigint): Client<typeof RuntimeService>;
  close(): void;
};

const keys = generateInternalTokenKeys(serviceNames);
const encryptionKeys = randomBytes(32).toString('base64');

export function createRuntimeClient(port: number): RuntimeClient {
  const peers = createGrpcPeers({ [runtime.name]: `127.0.0.1:${port}` });
  const as = (service: ServiceName) => ({
    peers,
    target: runtime.name,
    tokens: createTokens({ service, keys: parseInternalTokenKeys(keys[service]) }),
  });
  const enrollments = clientFor(EnrollmentsService, as(publicService));
  const workflows = clientFor(RuntimeService, as(serviceOf('workflows')));
  return {
    enrollments: (organizationId) => enrollments(callerOf(organizationId, { type: 'user', id: '1' })),
    workflows: (organizationId) => workflows(callerOf(organizationId, { type: 'service', id: serviceOf('workflows') })),
    close: () => peers.close(),
  };
}

/** The methods of a deliverer that the gateway calls. */
export function createWebhooksClient(port: number) {
  const peers = createGrpcPeers({ [deliverer.name]: `127.0.0.1:${port}` });
  const tokens = createTokens({ service: publicService, keys: parseInternalTokenKeys(keys[publicService]) });
  const webhooks = clientFor(WebhooksService, { peers, target: deliverer.name, tokens });
  return {
    webhooks: (organizationId: bigint) => webhooks(callerOf(organizationId, { type: 'user', id: '1' })),
    close: () => peers.close(),
  };
}

function callerOf(organizationId: bigint, actor: Caller['actor']): Caller {
  return { organizationId, actor, role: 'admin', mode: 'live' };
}

type ProcessOptions = { databaseUrl: string; kafkaBrokers: string[]; grpcPort: number };

/** The configuration of a service, and its brokers. */
type WithBrokers<C> = C & { kafkaBrokers: string[] };

/** The configuration of a runtime process that these clients can call. */
export function runtimeConfig({ leaseMs, ...options }: ProcessOptions & { leaseMs: number }): WithBrokers<Config> {
  const { kafkaBrokers } = options;
  return { ...runtime.readConfig(environmentOf(runtime.name, options)), kafkaBrokers, leaseMs };
}

/** The configuration of a deliverer. */
export function delivererConfig(options: ProcessOptions): WithBrokers<DelivererConfig> {
  const { kafkaBrokers } = options;
  return { ...deliverer.readConfig(environmentOf(deliverer.name, options)), kafkaBrokers };
}

function environmentOf(name: keyof typeof keys, { databaseUrl, grpcPort }: ProcessOptions): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    GRPC_PORT: String(grpcPort),
    INTERNAL_TOKEN_KEYS: keys[name],
    ENCRYPTION_KEYS: encryptionKeys,
    LOG_LEVEL: 'warn',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  };
}
