import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentRequest } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { callerOf } from '@drippulse/rpc';
import { findAgent } from '../agents/rows.ts';
import { agentToProto } from '../agents/to-proto.ts';
import type { Context } from '../context.ts';

export async function getAgent(ctx: Context, { id }: GetAgentRequest, call: HandlerContext) {
  return { agent: agentToProto(await findAgent(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
