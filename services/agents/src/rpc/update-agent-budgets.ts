import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations, type Violation } from '@drippulse/errors';
import { AgentBudgetsService, type UpdateAgentBudgetsRequest } from '@drippulse/proto/drippulse/agents/v1/budgets_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { lockBudgets } from '../ledger/budget-rows.ts';
import { budgetsToProto } from '../ledger/budgets-to-proto.ts';
import { moneyProblems, picoOf } from '../money.ts';

const members = ['daily_usd', 'monthly_usd', 'workflow_daily_usd', 'enrollment_usd'] as const;

export async function updateAgentBudgets(ctx: Context, request: UpdateAgentBudgetsRequest, call: HandlerContext) {
  const changes = readChanges(request);
  const { updateAgentBudgets: method } = AgentBudgetsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    await lockBudgets(trx, organizationId);
    await trx
      .updateTable('agent_budgets')
      .set({ ...changes, updated_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .execute();
    return { agentBudgets: await budgetsToProto(trx, organizationId) };
  });
}

function readChanges(request: UpdateAgentBudgetsRequest) {
  const { dailyUsd, monthlyUsd, workflowDailyUsd, enrollmentUsd } = request;
  const given = {
    daily_usd: dailyUsd,
    monthly_usd: monthlyUsd,
    workflow_daily_usd: workflowDailyUsd,
    enrollment_usd: enrollmentUsd,
  };
  const violations = members.flatMap((name): Violation[] => moneyProblems(name, given[name]));
  refuseViolations(violations);
  const present = new Set(request.updateMask?.paths);
  const changed = members.filter((name) => present.has(name));
  return Object.fromEntries(
    changed.map((name) => {
      const usd = given[name];
      return [columns[name], usd === undefined ? null : picoOf(usd)];
    }),
  );
}

const columns = {
  daily_usd: 'daily_pico_usd',
  monthly_usd: 'monthly_pico_usd',
  workflow_daily_usd: 'workflow_daily_pico_usd',
  enrollment_usd: 'enrollment_pico_usd',
} as const;
