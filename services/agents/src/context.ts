import type { HttpClient, LookUp } from '@drippulse/http';
import type { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import type { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import type { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import type { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import type { CrmOutcomesService } from '@drippulse/proto/drippulse/crm/v1/outcomes_pb';
import type { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { ActionsService } from '@drippulse/proto/drippulse/journeys/v1/actions_pb';
import type { ApprovalRequestsService } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import type { SettlementsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { CodeRegistry } from './code/code.ts';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { Ends } from './ends.ts';
import type { Fault } from './fault-points.ts';
import type { Llm } from './llm/llm.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { SetPrice } from './pricing/price.ts';

/** The dependencies that all operations of this service share. */
export type Context = ServiceBase<Config, DB> & {
  clients: {
    identity: ClientOf<typeof IdentityService>;
    account: ClientOf<typeof AccountService>;
    workflows: ClientOf<typeof WorkflowsService>;
    enrollments: ClientOf<typeof EnrollmentsService>;
    runtime: ClientOf<typeof RuntimeService>;
    settlements: ClientOf<typeof SettlementsService>;
    actions: ClientOf<typeof ActionsService>;
    approvals: ClientOf<typeof ApprovalRequestsService>;
    accounts: ClientOf<typeof CrmAccountsService>;
    contacts: ClientOf<typeof CrmContactsService>;
    leads: ClientOf<typeof CrmLeadsService>;
    opportunities: ClientOf<typeof CrmOpportunitiesService>;
    outcomes: ClientOf<typeof CrmOutcomesService>;
  };
  /** The code of agents of type `code`. */
  code: CodeRegistry;
  /** Sends requests to remote code, and to the model providers of organizations. */
  http: HttpClient;
  /** Calls models through the account of the installation. Undefined if the installation has no account. */
  llm: Llm | undefined;
  /** Prices that the operator has set. */
  prices: readonly SetPrice[];
  /** Resolves the host names in URLs that organizations save. */
  lookUp: LookUp;
  /** Notifications about this process's executions, for requests that wait for an execution. */
  ends: Ends;
  metrics: ServiceMetrics;
  /** Random number from 0 to 1, for jitter and for the shards of counts. */
  random(): number;
  /** Wakes a loop of this process. Call it after the commit that made work for the loop. */
  wake: { executions(): void; reports(): void; removals(): void; trainings(): void; evals(): void };
  fault?: Fault;
};
