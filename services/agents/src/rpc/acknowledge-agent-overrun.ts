import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  type AcknowledgeAgentOverrunRequest,
  AgentBudgetsService,
} from '@drippulse/proto/drippulse/agents/v1/budgets_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { budgetsToProto } from '../ledger/budgets-to-proto.ts';

export async function acknowledgeAgentOverrun(
  ctx: Context,
  request: AcknowledgeAgentOverrunRequest,
  call: HandlerContext,
) {
  const { acknowledgeAgentOverrun: method } = AgentBudgetsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numUpdatedRows } = await trx
      .updateTable('model_overruns')
      .set({ acknowledged_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .where('model', '=', request.model)
      .where('acknowledged_at', 'is', null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) {
      throw new DomainError('not_found', 'agent_overrun_not_found', 'There is no overrun of this model.');
    }
    return { agentBudgets: await budgetsToProto(trx, organizationId) };
  });
}
