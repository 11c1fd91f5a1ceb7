import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import { AgentsService } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentInsightsService } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { AnalyticsEventSchema } from '@drippulse/proto/drippulse/analytics/v1/events_pb';
import {
  type Report,
  ReportFormat,
  ReportStatus,
  ReportsService,
  ReportType,
} from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import {
  CrmOpportunitiesService,
  type ListCrmOpportunitiesRequest,
} from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import {
  CrmOpportunityPipelinesService,
  CrmStageType,
} from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { AccountService, IdentityService, NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { createHarness, editor } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { publicService, servedBy } from '@drippulse/topology';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';

export { editor, stranger } from '@drippulse/service/harness';

/** The caller of a test key of organization 1. */
export const tester: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin', mode: 'test' };

export type Harness = Awaited<ReturnType<typeof startReports>>;

type Opportunity = { name: string; amountCents: bigint; createdAt: Date };

/**
 * Starts the service. Opportunities, workflow 12 of organization 1, and agents and webhooks 1 to 3 are fakes in memory.
 */
export async function startReports(o: { env?: Record<string, string> } = {}) {
  const mails = await mkdtemp(join(tmpdir(), 'report-mails-'));
  /** The members of organization 1 who want mails about reports. */
  const members = new Map<bigint, { email: string; role: Role }>([
    [1n, { email: 'ada@example.com', role: Role.EDITOR }],
    [7n, { email: 'Grace@example.com', role: Role.VIEWER }],
    [8n, { email: 'alan@example.com', role: Role.ADMIN }],
  ]);
  const opportunities: Opportunity[] = [];
  /** A hook that runs before each page of opportunities, and may wait or throw. */
  const crm: { beforePage(page: number): Promise<void> } = { beforePage: async () => undefined };
  /** Agents and webhooks that lists contain, but that are deleted before they are requested. */
  const gone = new Set<bigint>();
  const checkThere = (id: bigint, reason: string) => {
    if (gone.has(id)) throw new DomainError('not_found', reason, 'There is none with this id.');
  };
  const harness = await createHarness(service, {
    env: { MAIL_DIR: mails, PUBLIC_URL: 'https://drip.example.com', ...o.env },
    peers: [
      {
        name: servedBy(AccountService),
        routes(router) {
          router.service(AccountService, { getAccount: () => ({ account: { timezone: 'Asia/Kathmandu' } }) });
          router.service(IdentityService, {
            listRecipients({ topic }, call) {
              if (topic !== NotificationTopic.REPORTS || callerOf(call).organizationId !== 1n) return {};
              return { recipients: [...members].map(([userId, member]) => ({ userId, ...member })) };
            },
          });
        },
      },
      {
        name: servedBy(WorkflowsService),
        routes: (router) =>
          router.service(WorkflowsService, {
            getWorkflow({ id }, call) {
              if (id === 12n && callerOf(call).organizationId === 1n) return { workflow: { id, name: 'Nurture' } };
              throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
            },
            async *listWorkflows({ ids }) {
              yield { workflows: ids.map((id) => ({ id, name: `=Workflow ${id}` })) };
            },
          }),
      },
      {
        name: servedBy(AgentsService),
        routes(router) {
          router.service(AgentsService, {
            listAgents: () => ({ agents: [1n, 2n, 3n].map((id) => ({ id, name: `Agent ${id}` })), totalCount: 3n }),
          });
          router.service(AgentInsightsService, {
            getAgentCosts({ id }) {
              checkThere(id, 'agent_not_found');
              return { byDay: [{ day: '2026-11-01', sum: { executions: id, costUsd: '0.100000' } }] };
            },
          });
        },
      },
      {
        name: servedBy(WebhooksService),
        routes: (router) =>
          router.service(WebhooksService, {
            listWebhooks: () => ({
              webhooks: [1n, 2n, 3n].map((id) => ({ id, url: `https://example.com/${id}`, active: true })),
              totalCount: 3n,
            }),
            listDeliveries({ webhookId }) {
              checkThere(webhookId, 'webhook_not_found');
              return { totalCount: webhookId };
            },
          }),
      },
      {
        name: servedBy(CrmOpportunitiesService),
        routes(router) {
          router.service(CrmOpportunitiesService, {
            async listCrmOpportunities(request) {
              const start = Number(request.cursor ?? '0');
              await crm.beforePage(start / 1_000);
              const found = opportunities.filter(({ createdAt }) => isWithin(request, createdAt));
              const rows = found.slice(start, start + (request.limit ?? 100));
              const isLast = start + rows.length >= found.length;
              return {
                opportunities: rows.map((row, index) => ({
                  id: randomUUID(),
                  publicId: `opp_${start + index}`,
                  ...row,
                  currency: 'EUR',
                  status: CrmStageType.OPEN,
                  pipelineId: 'p1',
                  pipelineStageId: 's1',
                  createdAt: timestampFromDate(row.createdAt),
                })),
                totalCount: BigInt(Math.min(found.length, 10_000)),
                ...(isLast ? {} : { nextCursor: String(start + rows.length) }),
              };
            },
          });
          router.service(CrmOpportunityPipelinesService, {
            listCrmOpportunityPipelines: () => ({
              pipelines: [{ id: 'p1', name: 'Default', stages: [{ id: 's1', name: 'Prospect' }] }],
            }),
          });
        },
      },
    ],
  });
  await harness.start();
  const reports = harness.clientsFrom(publicService, ReportsService);
  const events = await harness.collect(AnalyticsEventSchema);
  return {
    ...harness,
    db: harness.connect<DB>(),
    reports,
    events,
    transport: harness.events,
    opportunities,
    crm,
    gone,
    members,
    /** Returns the sent mails by file name. The file name is derived from the mail's key. */
    async mails(): Promise<Map<string, string>> {
      const names = (await readdir(mails)).filter((name) => name.endsWith('.eml')).sort();
      return new Map(
        await Promise.all(names.map(async (name) => [name, await readFile(join(mails, name), 'utf8')] as const)),
      );
    },
    /** Stops the service, and deletes the mails. */
    async stop() {
      await harness.stop();
      await rm(mails, { recursive: true });
    },
    async generate(given: Partial<{ type: ReportType; format: ReportFormat }> = {}, caller = editor): Promise<bigint> {
      const asked = { type: ReportType.PIPELINE, format: ReportFormat.CSV, ...given };
      const { report } = await reports(caller).generateReport(asked);
      return report?.id ?? 0n;
    },
    /** Waits for the end of a report. */
    async ended(id: bigint, caller = editor): Promise<Report> {
      return eventually(async () => {
        const { report } = await reports(caller).getReport({ id });
        if (report?.status === ReportStatus.READY || report?.status === ReportStatus.FAILED) return report;
        throw new Error(`the report is ${report?.status}`);
      });
    },
    async download(id: bigint, caller = editor): Promise<{ bytes: Buffer; headers: Headers; contentType: string }> {
      const pieces: Uint8Array[] = [];
      let headers = new Headers();
      let contentType = '';
      for await (const { body } of reports(caller).downloadReport({ id }, { onHeader: (all) => (headers = all) })) {
        contentType = body?.contentType ?? '';
        pieces.push(body?.data ?? new Uint8Array());
      }
      return { bytes: Buffer.concat(pieces), headers, contentType };
    },
  };
}

function isWithin({ createdSince, createdUntil }: ListCrmOpportunitiesRequest, time: Date): boolean {
  if (createdSince !== undefined && time < timestampDate(createdSince)) return false;
  return createdUntil === undefined || time < timestampDate(createdUntil);
}
