import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentStatusRequest } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { callerOf } from '@drippulse/rpc';
import { loadDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import { selectExecutions } from '../executions/rows.ts';
import { noBacklog, readBacklogs } from '../insights/backlog.ts';
import { summaryToProto } from '../insights/summary.ts';
import { findWindows } from '../ledger/budget-rows.ts';
import { readBudgets } from '../ledger/budgets.ts';
import { limitOf, windowToProto } from '../ledger/budgets-to-proto.ts';
import { agentStatuses } from '../texts.ts';

export async function getAgentStatus(ctx: Context, { id }: GetAgentStatusRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { kysely } = ctx.db;
  const { agent, template, bounds } = await loadDefinition(ctx, organizationId, id);
  const last = await selectExecutions(kysely, { organizationId, agentId: id })
    .selectAll()
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const backlogs = await readBacklogs(kysely, organizationId, [id]);
  const budgets = await readBudgets(kysely, organizationId);
  const windows = await findWindows(kysely, organizationId, budgets, id);
  return {
    agentId: id,
    status: agentStatuses.numberOf(agent.status),
    statusReason: agent.status_reason ?? undefined,
    ...(last !== undefined && { lastExecution: summaryToProto(last) }),
    ...(backlogs.get(id) ?? noBacklog),
    templateVersion: template?.version,
    budget: windows.map(({ scope, row }) =>
      windowToProto(scope, row, scope === 'agent_day' ? bounds.agentDayPicoUsd : limitOf(scope, budgets)),
    ),
  };
}
