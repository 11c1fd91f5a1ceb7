import { createMailer } from '@drippulse/mail';
import { AgentsService } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentInsightsService } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { defineService } from '@drippulse/service';
import { lockRevision } from '@drippulse/writes';
import { auditedRows } from './audited-rows.ts';
import { type Config, readConfig } from './config.ts';
import { consumeAgents } from './consumers/agents.ts';
import { consumeCrm } from './consumers/crm.ts';
import { consumeEnrollments } from './consumers/enrollments.ts';
import { consumeOrganizations } from './consumers/organizations.ts';
import { consumeWebhooks } from './consumers/webhooks.ts';
import { consumeWorkflows } from './consumers/workflows.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import { analyticsPartitions } from './db/partitions.ts';
import type { DB } from './db/schema.ts';
import type { Fault } from './fault-points.ts';
import { startForgetReports } from './loops/forget-reports.ts';
import { startMakeReports } from './loops/make-reports.ts';
import { startNoteProgress } from './loops/note-progress.ts';
import { startRecountDays } from './loops/recount-days.ts';
import { startSendMails } from './loops/send-mails.ts';
import { startScheduledReports } from './loops/start-scheduled-reports.ts';
import { startWriteReportMails } from './loops/write-report-mails.ts';
import { createServiceMetrics } from './metrics.ts';
import { organizationTables } from './organization-tables.ts';
import { findReportMode } from './reports/rows.ts';
import { routesOf } from './rpc/index.ts';
import { openStores } from './stores/open-stores.ts';

export type { Config } from './config.ts';

/** Replacements that only tests set. */
export type Overrides = { fault?: Fault };

export const service = defineService<Config, DB, Overrides>({
  name: 'analytics',
  readConfig,
  migrations,
  organizationTables,
  partitions: () => analyticsPartitions,
  rowModes: ({ db }) => ({ reports: (caller, id) => findReportMode(db.kysely, caller, id) }),
  rowRevisions: { reports: lockRevision<DB>('reports') },
  auditedRows: () => auditedRows,
  async open(base, keep, { fault }) {
    const mailer = createMailer(base.config);
    keep({ stop: async () => mailer?.close() });
    const ctx: Context = {
      ...base,
      clients: {
        identity: base.client(AccountService),
        members: base.client(IdentityService),
        workflows: base.client(WorkflowsService),
        enrollments: base.client(EnrollmentsService),
        agents: base.client(AgentsService),
        insights: base.client(AgentInsightsService),
        webhooks: base.client(WebhooksService),
        leads: base.client(CrmLeadsService),
        contacts: base.client(CrmContactsService),
        accounts: base.client(CrmAccountsService),
        opportunities: base.client(CrmOpportunitiesService),
        pipelines: base.client(CrmOpportunityPipelinesService),
      },
      stores: openStores(base.config),
      mailer,
      metrics: createServiceMetrics(base.registry),
      knownOrganizations: new Set(),
      timezones: new Map(),
      wake: {
        recounts: () => recounting.wake(),
        reports: () => making.wake(),
        schedules: () => scheduling.wake(),
        reportMails: () => writing.wake(),
        mails: () => mailing.wake(),
      },
      ...(fault && { fault }),
    };
    const recounting = keep(startRecountDays(ctx));
    const mailing = keep(startSendMails(ctx));
    const writing = keep(startWriteReportMails(ctx));
    const making = keep(startMakeReports(ctx));
    const scheduling = keep(startScheduledReports(ctx));
    keep(startForgetReports(ctx));
    keep(await consumeEnrollments(ctx));
    keep(await consumeCrm(ctx));
    keep(await consumeAgents(ctx));
    keep(await consumeWebhooks(ctx));
    keep(await consumeWorkflows(ctx));
    keep(await consumeOrganizations(ctx));
    keep(startNoteProgress(ctx));
    return routesOf(ctx);
  },
});
