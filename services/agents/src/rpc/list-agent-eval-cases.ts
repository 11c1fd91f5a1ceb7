import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentEvalCasesRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findEvalSet, selectCases } from '../evals/rows.ts';
import { evalCaseToProto } from '../evals/to-proto.ts';

export async function listAgentEvalCases(ctx: Context, request: ListAgentEvalCasesRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { kysely } = ctx.db;
  const { id: evalSetId } = await findEvalSet(kysely, organizationId, request.evalSetId);
  const all = selectCases(kysely, { organizationId, evalSetId });
  const cases = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      cases.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, cases.select('id')),
  });
  return { evalCases: await convertInTurns(rows, evalCaseToProto, call.signal), ...paging };
}
