import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentExecutionRequest } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { callerOf } from '@drippulse/rpc';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { findExecution } from '../executions/rows.ts';
import { executionToProto } from '../executions/to-proto.ts';

export async function getAgentExecution(ctx: Context, { agentId, id }: GetAgentExecutionRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  await findAgent(ctx.db.kysely, organizationId, agentId);
  return { execution: executionToProto(await findExecution(ctx.db.kysely, { organizationId, agentId, id })) };
}
