import type { HandlerContext } from '@connectrpc/connect';
import type { CheckAgentRequest } from '@drippulse/proto/drippulse/agents/v1/internal_pb';
import { callerOf } from '@drippulse/rpc';
import { agentNotFound, findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';

/** Checks that an agent exists in the caller's mode: live enrollments run live agents, test enrollments test agents. */
export async function checkAgent(ctx: Context, { id }: CheckAgentRequest, call: HandlerContext) {
  const { organizationId, mode } = callerOf(call);
  const agent = await findAgent(ctx.db.kysely, organizationId, id);
  if (agent.mode !== mode) throw agentNotFound();
  return {};
}
