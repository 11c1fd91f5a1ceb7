import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  AgentExecutionsService,
  type CancelAgentExecutionRequest,
} from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { transact } from '@drippulse/writes';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { cancelExecution } from '../executions/cancel.ts';
import { afterEnd } from '../executions/record-ends.ts';
import { type ExecutionView, findExecution } from '../executions/rows.ts';
import { executionToProto } from '../executions/to-proto.ts';

export async function cancelAgentExecution(ctx: Context, request: CancelAgentExecutionRequest, call: HandlerContext) {
  const { agentId, id } = request;
  const { cancelAgentExecution: method } = AgentExecutionsService.method;
  let cancelled: ExecutionView | undefined;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    await findAgent(trx, organizationId, agentId);
    const { id: found } = await findExecution(trx, { organizationId, agentId, id });
    cancelled = await cancelExecution(ctx, trx, { organizationId, id: found });
    if (cancelled === undefined) {
      throw new DomainError('failed_precondition', 'agent_execution_ended', 'The execution has ended.');
    }
    return { execution: executionToProto(cancelled) };
  });
  if (cancelled !== undefined) afterEnd(ctx, cancelled);
  ctx.wake.executions();
  return response;
}
