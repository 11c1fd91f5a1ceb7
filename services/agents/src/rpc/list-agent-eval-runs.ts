import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentEvalRunsRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findEvalSet, selectRuns, withJobs } from '../evals/rows.ts';
import { evalRunToProto } from '../evals/to-proto.ts';

export async function listAgentEvalRuns(ctx: Context, request: ListAgentEvalRunsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { kysely } = ctx.db;
  const { id: evalSetId } = await findEvalSet(kysely, organizationId, request.evalSetId);
  const all = selectRuns(kysely, { organizationId, evalSetId });
  const runs = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      runs.select('id').where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, runs.select('id')),
  });
  const whole = await withJobs(
    kysely,
    rows.map(({ id }) => id),
  );
  return { evalRuns: await convertInTurns(whole, evalRunToProto, call.signal), ...paging };
}
