import type { Client, HandlerContext } from '@connectrpc/connect';
import type { Database, Sealer } from '@drippulse/db';
import type { Logger } from '@drippulse/observability';
import type { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import type { Clock } from '@drippulse/runtime';
import type { Captcha } from './captcha.ts';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { ServiceMetrics } from './metrics.ts';

/** The context of every operation of this service. */
export type Context = {
  config: Config;
  db: Database<DB>;
  clock: Clock;
  log: Logger;
  metrics: ServiceMetrics;
  relay: { wake(): void };
  sealer: Sealer;
  captcha: Captcha;
  clients: {
    workflows(caller: Caller, from?: HandlerContext): Client<typeof WorkflowsService>;
    enrollments(caller: Caller, from?: HandlerContext): Client<typeof EnrollmentsService>;
  };
  /** Runs a loop of this process now. Call it after the commit that creates work. */
  wake: { enrollSubmissions(): void; imports(): void };
};
