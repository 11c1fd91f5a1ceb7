import type { LookUpTxt } from '@drippulse/http';
import type { TurnQueue } from '@drippulse/loops';
import type { AgentChecksService, AgentErasuresService } from '@drippulse/proto/drippulse/agents/v1/internal_pb';
import type { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import type { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import type { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import type { CrmErasuresService } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import type { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import type { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import type { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { IntegrationErasuresService } from '@drippulse/proto/drippulse/integrations/v1/erasures_pb';
import type { WebhookSigningService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { RawBuilder } from 'kysely';
import type { EffectAdapters } from './adapters/adapters.ts';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { Definitions } from './definitions/definitions.ts';
import type { Matches } from './definitions/matches.ts';
import type { Fault } from './fault-points.ts';
import type { DueCounts } from './funnel/due-counts.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { Parkings } from './parkings.ts';
import type { Performers } from './performers.ts';
import type { Links } from './tracking/index.ts';

export type Clients = {
  identity: ClientOf<typeof IdentityService>;
  workflows: ClientOf<typeof WorkflowsService>;
  signing: ClientOf<typeof WebhookSigningService>;
  crm: {
    accounts: ClientOf<typeof CrmAccountsService>;
    contacts: ClientOf<typeof CrmContactsService>;
    leads: ClientOf<typeof CrmLeadsService>;
    opportunities: ClientOf<typeof CrmOpportunitiesService>;
    erasures: ClientOf<typeof CrmErasuresService>;
    activities: ClientOf<typeof CrmActivitiesService>;
  };
  integrationErasures: ClientOf<typeof IntegrationErasuresService>;
  agents: { checks: ClientOf<typeof AgentChecksService>; erasures: ClientOf<typeof AgentErasuresService> };
};

/** The dependencies that every operation of this service uses. */
export type Context = ServiceBase<Config, DB> & {
  /** SQL for the database time at the start of the transaction; tests shift it. */
  dbNow: RawBuilder<Date>;
  clients: Clients;
  definitions: Definitions;
  matches: Matches;
  /** The queue in which organizations take turns with engine work. */
  turns: TurnQueue;
  dueCounts: DueCounts;
  adapters: EffectAdapters;
  /** Makes and reads the links in mails. */
  links: Links;
  parkings: Parkings;
  performers: Performers;
  /** Looks up TXT records of sending domains. */
  lookUpTxt: LookUpTxt;
  /** Returns a number from 0 to 1, for the jitter of retries. */
  random(): number;
  metrics: ServiceMetrics;
  /** Wakes a loop of this process. Call it after the commit that made work for the loop. */
  wake: {
    advance(): void;
    drain(): void;
    schedules(): void;
    sources(): void;
    erasures(): void;
    approvals(): void;
    mails(): void;
    spreading(): void;
    held(): void;
  };
  fault?: Fault;
};
