import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentEvalRunRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findEvalSet, findRun } from '../evals/rows.ts';
import { evalRunToProto } from '../evals/to-proto.ts';

export async function getAgentEvalRun(ctx: Context, { evalSetId, id }: GetAgentEvalRunRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  await findEvalSet(ctx.db.kysely, organizationId, evalSetId);
  return { evalRun: evalRunToProto(await findRun(ctx.db.kysely, { organizationId, evalSetId, id })) };
}
