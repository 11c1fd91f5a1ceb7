import type { HandlerContext } from '@connectrpc/connect';
import { cancelJob } from '@drippulse/db';
import {
  AgentTrainingsService,
  type CancelAgentTrainingRequest,
} from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { transact } from '@drippulse/writes';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { findTraining, forgetRecords } from '../trainings/rows.ts';
import { trainingToProto } from '../trainings/to-proto.ts';

/**
 * Cancels a training. If the transaction of a slice has begun, waits for it. A slice whose transaction has not begun
 * yet is discarded.
 */
export async function cancelAgentTraining(ctx: Context, request: CancelAgentTrainingRequest, call: HandlerContext) {
  const { agentId, id } = request;
  const { cancelAgentTraining: method } = AgentTrainingsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    await findAgent(trx, organizationId, agentId);
    await findTraining(trx, { organizationId, agentId, id });
    await cancelJob(trx, id);
    await forgetRecords(trx, id);
    return { training: trainingToProto(await findTraining(trx, { organizationId, agentId, id })) };
  });
}
