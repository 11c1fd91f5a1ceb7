import type { Client, HandlerContext } from '@connectrpc/connect';
import type { Database, Sealer } from '@drippulse/db';
import type { Logger } from '@drippulse/observability';
import type { WebhookSigningService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import type { Clock } from '@drippulse/runtime';
import type { RawBuilder } from 'kysely';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { Definitions } from './definitions/definitions.ts';
import type { EffectAdapters } from './effects/adapters.ts';
import type { DueCounts } from './enrollments/due-counts.ts';
import type { Fault } from './fault-points.ts';
import type { ServiceMetrics } from './metrics.ts';

export type Clients = {
  workflows(caller: Caller, from?: HandlerContext): Client<typeof WorkflowsService>;
  signing(caller: Caller, from?: HandlerContext): Client<typeof WebhookSigningService>;
};

/** What every operation of this service works with. */
export type Context = {
  config: Config;
  db: Database<DB>;
  /** Database time at the start of the transaction, as SQL; tests shift it. */
  dbNow: RawBuilder<Date>;
  clients: Clients;
  definitions: Definitions;
  dueCounts: DueCounts;
  adapters: EffectAdapters;
  clock: Clock;
  log: Logger;
  metrics: ServiceMetrics;
  relay: { wake(): void };
  sealer: Sealer;
  /** Runs a loop of this process now; call after the commit that gave it work. */
  wake: { advance(): void; drain(): void; schedules(): void };
  fault?: Fault;
};
