import type { Client, HandlerContext } from '@connectrpc/connect';
import type { Database, Sealer } from '@drippulse/db';
import type { Logger } from '@drippulse/observability';
import type { RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Caller } from '@drippulse/rpc';
import type { Clock } from '@drippulse/runtime';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { LoadWorkflow } from './workflows/load-workflow.ts';

/** What every operation of this service works with. */
export type Context = {
  config: Config;
  db: Database<DB>;
  loadWorkflow: LoadWorkflow;
  clients: {
    identity(caller: Caller, from?: HandlerContext): Client<typeof IdentityService>;
    runtime(caller: Caller, from?: HandlerContext): Client<typeof RuntimeService>;
  };
  clock: Clock;
  log: Logger;
  metrics: ServiceMetrics;
  relay: { wake(): void };
  sealer: Sealer;
};
