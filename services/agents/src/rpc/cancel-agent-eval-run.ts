import type { HandlerContext } from '@connectrpc/connect';
import { cancelJob } from '@drippulse/db';
import { AgentEvalSetsService, type CancelAgentEvalRunRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { findEvalSet, findRun } from '../evals/rows.ts';
import { evalRunToProto } from '../evals/to-proto.ts';

/** Cancels a run. No further call begins. Calls under way are paid for, and their answers are discarded. */
export async function cancelAgentEvalRun(ctx: Context, request: CancelAgentEvalRunRequest, call: HandlerContext) {
  const { evalSetId, id } = request;
  const { cancelAgentEvalRun: method } = AgentEvalSetsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    await findEvalSet(trx, organizationId, evalSetId);
    const run = await findRun(trx, { organizationId, evalSetId, id });
    await cancelJob(trx, run.id);
    return { evalRun: evalRunToProto(await findRun(trx, { organizationId, evalSetId, id })) };
  });
}
