import type { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import type { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { AccountService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { Captcha } from './captcha.ts';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { Decoy } from './inbound-secrets/secrets.ts';
import type { Members } from './members.ts';
import type { ServiceMetrics } from './metrics.ts';

/** The dependencies of every operation of this service. */
export type Context = ServiceBase<Config, DB> & {
  captcha: Captcha;
  members: Members;
  /** A sealed secret that is opened for an organization that has no secret of its own. */
  decoy: Decoy;
  clients: {
    account: ClientOf<typeof AccountService>;
    workflows: ClientOf<typeof WorkflowsService>;
    enrollments: ClientOf<typeof EnrollmentsService>;
    chains: ClientOf<typeof ChainsService>;
  };
  metrics: ServiceMetrics;
  /** Makes a loop of this process run now. Call it after the commit that added work for the loop. */
  wake: { enrollSubmissions(): void; imports(): void };
};
