import {
  connectDatabase,
  createSealer,
  databaseInterceptor,
  idempotencyPartitions,
  startPartitionLoop,
} from '@drippulse/db';
import type { Logger, Metrics } from '@drippulse/observability';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import {
  clientFor,
  createTokens,
  type Peers,
  parseInternalTokenKeys,
  serveRpc,
  serverInterceptors,
} from '@drippulse/rpc';
import { type Clock, systemClock } from '@drippulse/runtime';
import { sql } from 'kysely';
import { schema } from '../db/migrations/index.ts';
import type { DB } from '../db/schema.ts';
import type { LimiterStore } from '../limiters.ts';
import type { IdentityConfig } from './config.ts';
import type { Context } from './context.ts';
import { startExpiryLoop } from './loops/expiry.ts';
import { identityRoutes } from './rpc/index.ts';
import { createLoginLimits } from './sessions/login-limits.ts';
import { createPasswords } from './sessions/passwords.ts';
import { createSessionTokens } from './sessions/tokens.ts';

/** Parts of the process that identity runs in. */
export type IdentityShared = {
  peers: Peers;
  log: Logger;
  metrics: Metrics;
  limiters: LimiterStore;
  clock?: Clock | undefined;
};

export type Identity = {
  /** Port of gRPC; undefined when it is not served. */
  grpcPort: number | undefined;
  ready(): Promise<Record<string, boolean>>;
  stop(): Promise<void>;
};

/** Starts identity and registers it with the peers. Callers reach it by clients of `identity.v1` alone. */
export async function startIdentity(config: IdentityConfig, shared: IdentityShared): Promise<Identity> {
  // Closed in reverse order of opening, also when the start fails half-way.
  const opened = new AsyncDisposableStack();
  try {
    return await open(config, shared, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function open(config: IdentityConfig, shared: IdentityShared, opened: AsyncDisposableStack): Promise<Identity> {
  const { peers, metrics, limiters, clock = systemClock } = shared;
  const log = shared.log.child({ service: 'identity' });
  const tokens = createTokens({ service: 'identity', keys: parseInternalTokenKeys(config.internalTokenKeys) });
  const db = connectDatabase<DB>({ url: config.databaseUrl, schema, service: 'identity', log });
  opened.defer(() => db.close());
  const partitions = startPartitionLoop({ db, tables: [idempotencyPartitions], log });
  opened.defer(() => partitions.stop());
  const expiry = startExpiryLoop({ db, clock, log });
  opened.defer(() => expiry.stop());

  const ctx: Context = {
    db,
    sealer: createSealer(config.encryptionKeys),
    clients: { workflows: clientFor(WorkflowCatalogService, { peers, target: 'workflows', tokens }) },
    clock,
    passwords: createPasswords(),
    sessionTokens: createSessionTokens(config.sessionKeys, clock),
    loginLimits: createLoginLimits(limiters),
  };
  const routes = identityRoutes(ctx);
  const interceptors = [...serverInterceptors({ tokens, log, metrics }), databaseInterceptor];
  peers.register('identity', routes, interceptors);
  opened.defer(() => peers.unregister('identity'));
  const { host, grpcPort: port } = config;
  const server =
    port === undefined ? undefined : await serveRpc({ routes, interceptors, host, port, log, tls: peers.tls });
  if (server) opened.defer(() => server.stop());

  return {
    grpcPort: server?.port,
    async ready() {
      const database = await sql`select 1`.execute(db.kysely).then(
        () => true,
        () => false,
      );
      return { database };
    },
    stop: () => opened.disposeAsync(),
  };
}
