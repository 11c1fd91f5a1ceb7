import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentEvalSetRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { countCases, findEvalSet } from '../evals/rows.ts';
import { evalSetToProto } from '../evals/to-proto.ts';

export async function getAgentEvalSet(ctx: Context, { id }: GetAgentEvalSetRequest, call: HandlerContext) {
  const row = await findEvalSet(ctx.db.kysely, callerOf(call).organizationId, id);
  const counts = await countCases(ctx.db.kysely, [row.id]);
  return { evalSet: evalSetToProto(row, counts.get(row.id) ?? 0n) };
}
