import { randomBytes } from 'node:crypto';
import type { Client } from '@connectrpc/connect';
import type { Config } from '@drippulse/enrollment-runtime';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import {
  type Caller,
  clientFor,
  createGrpcPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serviceNames,
} from '@drippulse/rpc';

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
