import type { LookUp } from '@drippulse/http';
import type { RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { ConnectionChecksService } from '@drippulse/proto/drippulse/integrations/v1/connection_checks_pb';
import type { SenderChecksService } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { Workplace } from './workflows/in-turns.ts';
import type { LoadWorkflow } from './workflows/load-workflow.ts';

/** The dependencies of every operation of this service. */
export type Context = ServiceBase<Config, DB> & {
  clients: {
    identity: ClientOf<typeof IdentityService>;
    runtime: ClientOf<typeof RuntimeService>;
    senders: ClientOf<typeof SenderChecksService>;
    connections: ClientOf<typeof ConnectionChecksService>;
  };
  loadWorkflow: LoadWorkflow;
  /** Looks up the host names of callbacks when a workflow is saved. */
  lookUp: LookUp;
  /** Runs the long work of requests in turns. */
  workplace: Workplace;
  metrics: ServiceMetrics;
};
