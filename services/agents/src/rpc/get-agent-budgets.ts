import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentBudgetsRequest } from '@drippulse/proto/drippulse/agents/v1/budgets_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readBudgets } from '../ledger/budgets.ts';
import { budgetsToProto } from '../ledger/budgets-to-proto.ts';
import { refreshTimezone } from '../ledger/timezone.ts';

export async function getAgentBudgets(ctx: Context, _request: GetAgentBudgetsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  await refreshTimezone(ctx, organizationId, await readBudgets(ctx.db.kysely, organizationId));
  return { agentBudgets: await budgetsToProto(ctx.db.kysely, organizationId) };
}
