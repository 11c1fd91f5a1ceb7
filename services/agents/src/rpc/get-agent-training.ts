import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentTrainingRequest } from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { callerOf } from '@drippulse/rpc';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { findTraining } from '../trainings/rows.ts';
import { trainingToProto } from '../trainings/to-proto.ts';

export async function getAgentTraining(ctx: Context, { agentId, id }: GetAgentTrainingRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  await findAgent(ctx.db.kysely, organizationId, agentId);
  return { training: trainingToProto(await findTraining(ctx.db.kysely, { organizationId, agentId, id })) };
}
