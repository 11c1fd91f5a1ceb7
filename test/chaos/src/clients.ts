import { randomBytes } from 'node:crypto';
import type { Client } from '@connectrpc/connect';
import type { Config } from '@drippulse/enrollment-runtime';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import {
  type Caller,
  clientFor,
  createGrpcPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serviceNames,
} from '@drippulse/rpc';
import type { Config as DelivererConfig } from '@drippulse/webhook-delivery';

/** What the gateway and the workflows service call of a runtime, over gRPC. */
export type RuntimeClient = {
  enrollments(organizationId: bigint): Client<typeof EnrollmentsService>;
  workflows(organizationId: bigint): Client<typeof RuntimeService>;
  close(): void;
};

const keys = generateInternalTokenKeys(serviceNames);
const encryptionKeys = randomBytes(32).toString('base64');

export function createRuntimeClient(port: number): RuntimeClient {
  const peers = createGrpcPeers({ 'enrollment-runtime': `127.0.0.1:${port}` });
  const as = <const S extends 'gateway' | 'workflows'>(service: S) => ({
    peers,
    target: 'enrollment-runtime' as const,
    tokens: createTokens({ service, keys: parseInternalTokenKeys(keys[service]) }),
  });
  const enrollments = clientFor(EnrollmentsService, as('gateway'));
  const workflows = clientFor(RuntimeService, as('workflows'));
  return {
    enrollments: (organizationId) => enrollments(callerOf(organizationId, { type: 'user', id: '1' })),
    workflows: (organizationId) => workflows(callerOf(organizationId, { type: 'service', id: 'workflows' })),
    close: () => peers.close(),
  };
}

/** What the gateway calls of a process that delivers webhooks. */
export function createWebhooksClient(port: number) {
  const peers = createGrpcPeers({ 'webhook-delivery': `127.0.0.1:${port}` });
  const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(keys.gateway) });
  const webhooks = clientFor(WebhooksService, { peers, target: 'webhook-delivery', tokens });
  return {
    webhooks: (organizationId: bigint) => webhooks(callerOf(organizationId, { type: 'user', id: '1' })),
    close: () => peers.close(),
  };
}

function callerOf(organizationId: bigint, actor: Caller['actor']): Caller {
  return { organizationId, actor, role: 'admin', mode: 'live' };
}

/** The configuration of a runtime process that these clients can call. */
export function runtimeConfig(options: {
  databaseUrl: string;
  kafkaBrokers: string[];
  grpcPort: number;
  leaseMs: number;
}): Config {
  return {
    ...options,
    internalTokenKeys: keys['enrollment-runtime'],
    encryptionKeys,
    peerAddresses: { workflows: undefined, 'webhook-delivery': undefined, crm: undefined },
    host: '127.0.0.1',
    opsPort: 0,
    logLevel: 'warn',
    smtpUrl: undefined,
    mailFrom: 'drippulse@localhost',
    mailDir: undefined,
    allowPrivate: true,
    historyDays: 180,
  };
}

/** The configuration of a process that delivers webhooks. */
export function delivererConfig(options: {
  databaseUrl: string;
  kafkaBrokers: string[];
  grpcPort: number;
}): DelivererConfig {
  return {
    ...options,
    internalTokenKeys: keys['webhook-delivery'],
    encryptionKeys,
    redisUrl: undefined,
    leaseSeconds: 30,
    host: '127.0.0.1',
    opsPort: 0,
    logLevel: 'warn',
    allowPrivate: true,
  };
}
