import type { Mailer } from '@drippulse/mail';
import type { AgentsService } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import type { AgentInsightsService } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import type { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import type { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import type { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import type { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import type { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import type { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { Fault } from './fault-points.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { FileStores } from './stores/store.ts';

/** The dependencies that all operations of this service share. */
export type Context = ServiceBase<Config, DB> & {
  clients: {
    identity: ClientOf<typeof AccountService>;
    members: ClientOf<typeof IdentityService>;
    /** Clients of the services from which reports are read. */
    workflows: ClientOf<typeof WorkflowsService>;
    enrollments: ClientOf<typeof EnrollmentsService>;
    agents: ClientOf<typeof AgentsService>;
    insights: ClientOf<typeof AgentInsightsService>;
    webhooks: ClientOf<typeof WebhooksService>;
    leads: ClientOf<typeof CrmLeadsService>;
    contacts: ClientOf<typeof CrmContactsService>;
    accounts: ClientOf<typeof CrmAccountsService>;
    opportunities: ClientOf<typeof CrmOpportunitiesService>;
    pipelines: ClientOf<typeof CrmOpportunityPipelinesService>;
  };
  /** Stores for files above 16 MiB. */
  stores: FileStores;
  /** Undefined if mails are not configured. In this case no mail is written. */
  mailer: Mailer | undefined;
  metrics: ServiceMetrics;
  /** Organizations that are known to have a row, so that facts do not look the row up each time. */
  knownOrganizations: Set<bigint>;
  /** Time zones of organizations, and the time at which identity is asked again for each. */
  timezones: Map<bigint, { timezone: string; askAgainAt: number }>;
  /** Wakes a loop of this process. Call it after the commit that made work for the loop. */
  wake: { recounts(): void; reports(): void; schedules(): void; reportMails(): void; mails(): void };
  /** Set only by tests that kill the process. */
  fault?: Fault;
};
