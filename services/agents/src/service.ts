import { startCounting } from '@drippulse/entitlements';
import { createHttpClient, createLookUps, resolveWithNameServers } from '@drippulse/http';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOutcomesService } from '@drippulse/proto/drippulse/crm/v1/outcomes_pb';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { ActionsService } from '@drippulse/proto/drippulse/journeys/v1/actions_pb';
import { ApprovalRequestsService } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { SettlementsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { defineService } from '@drippulse/service';
import { lockRevision } from '@drippulse/writes';
import { findAgentMode } from './agents/rows.ts';
import { countAgents } from './agents/take-place.ts';
import { auditedRows } from './audited-rows.ts';
import { startExecutions } from './chain/pool.ts';
import { builtInCode } from './code/registry.ts';
import { readRemoteCode } from './code/remote-code.ts';
import { type Config, readConfig } from './config.ts';
import { consumeEnrollments } from './consumers/enrollments.ts';
import { consumeOrganizations } from './consumers/organizations.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import { agentPartitions } from './db/partitions.ts';
import type { DB } from './db/schema.ts';
import { createEnds } from './ends.ts';
import { findEvalSetMode } from './evals/rows.ts';
import { findExecutionMode } from './executions/rows.ts';
import type { Fault } from './fault-points.ts';
import { lockBudgetsRevision } from './ledger/budget-rows.ts';
import { countSpent } from './ledger/count-spent.ts';
import { sourceOf } from './llm/source.ts';
import { startForgetExecutions } from './loops/forget-executions.ts';
import { startRemoveAgents } from './loops/remove-agents.ts';
import { startReportResults } from './loops/report-results.ts';
import { startEvals, startForgetEvals } from './loops/run-evals.ts';
import { startSweepLedger } from './loops/sweep-ledger.ts';
import { startForgetTrainingRecords, startTraining } from './loops/train.ts';
import { createServiceMetrics } from './metrics.ts';
import { lockModelConnectionRevision } from './model-connections/rows.ts';
import { organizationTables } from './organization-tables.ts';
import { readPrices } from './pricing/read-prices.ts';
import { routesOf } from './rpc/index.ts';
import { sealedColumns } from './sealed-columns.ts';
import { findTemplateMode, lockTemplateRevision } from './templates/rows.ts';

export type { Config } from './config.ts';

/** Replacements that only tests set. */
export type Overrides = {
  /** Throws or kills the process at a point. */
  fault?: Fault;
  random?: () => number;
};

export const service = defineService<Config, DB, Overrides>({
  name: 'agents',
  readConfig,
  migrations,
  organizationTables,
  sealed: sealedColumns,
  partitions: () => agentPartitions,
  rowModes: ({ db }) => ({
    agents: (caller, id) => findAgentMode(db.kysely, caller, id),
    agent_templates: (caller, id) => findTemplateMode(db.kysely, caller, id),
    executions: (caller, id) => findExecutionMode(db.kysely, caller, id),
    eval_sets: (caller, id) => findEvalSetMode(db.kysely, caller, id),
  }),
  rowRevisions: {
    agents: lockRevision<DB>('agents'),
    eval_sets: lockRevision<DB>('eval_sets'),
    agent_templates: lockTemplateRevision,
    agent_budgets: lockBudgetsRevision,
    model_connection: lockModelConnectionRevision,
  },
  auditedRows: () => auditedRows,
  async open(base, keep, { fault, random = Math.random }) {
    const { config, client } = base;
    const http = createHttpClient({ allowPrivate: config.allowPrivate, userAgent: 'DripPulse-Agents/1' });
    keep({ stop: () => http.close() });
    const source = sourceOf(config.llm);
    const prices = readPrices(config.llm.prices);
    // Private addresses are allowed, because the operator chose the address, and it may be in a network of the
    // installation.
    const llmHttp = createHttpClient({ allowPrivate: true, userAgent: 'DripPulse-Agents/1' });
    keep({ stop: () => llmHttp.close() });
    const ctx: Context = {
      ...base,
      clients: {
        identity: client(IdentityService),
        account: client(AccountService),
        workflows: client(WorkflowsService),
        enrollments: client(EnrollmentsService),
        runtime: client(RuntimeService),
        settlements: client(SettlementsService),
        actions: client(ActionsService),
        approvals: client(ApprovalRequestsService),
        accounts: client(CrmAccountsService),
        contacts: client(CrmContactsService),
        leads: client(CrmLeadsService),
        opportunities: client(CrmOpportunitiesService),
        outcomes: client(CrmOutcomesService),
      },
      code: new Map([...builtInCode, ...readRemoteCode(config.codeAgents)]),
      http,
      llm: source && { source, prices, http: llmHttp },
      prices,
      lookUp: createLookUps(resolveWithNameServers),
      ends: createEnds(),
      metrics: createServiceMetrics(base.registry),
      random,
      wake: {
        executions: () => executing.wake(),
        reports: () => reporting.wake(),
        removals: () => removing.wake(),
        trainings: () => training.wake(),
        evals: () => evaluating.wake(),
      },
      ...(fault && { fault }),
    };
    const reporting = keep(startReportResults(ctx));
    const removing = keep(startRemoveAgents(ctx));
    const executing = keep(startExecutions(ctx));
    const training = keep(startTraining(ctx));
    const evaluating = keep(startEvals(ctx));
    keep(startForgetEvals(ctx));
    keep(startForgetExecutions(ctx));
    keep(startSweepLedger(ctx));
    keep(startForgetTrainingRecords(ctx));
    keep(await consumeEnrollments(ctx));
    keep(await consumeOrganizations(ctx));
    const counting = keep(
      await startCounting(ctx, { name: 'agents', standing: { agents: countAgents, llm_cost_usd: countSpent } }),
    );
    const own = routesOf(ctx);
    return (router) => {
      own(router);
      counting.routes(router);
    };
  },
});
