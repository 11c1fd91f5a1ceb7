import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentEvalSetsRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { countCases, selectEvalSets } from '../evals/rows.ts';
import { evalSetToProto } from '../evals/to-proto.ts';

export async function listAgentEvalSets(ctx: Context, request: ListAgentEvalSetsRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { agentId } = request;
  const { kysely } = ctx.db;
  const all = selectEvalSets(kysely, caller.organizationId)
    .where('mode', '=', listedMode(request, caller))
    .$if(agentId !== undefined, (query) => query.where('agent_id', '=', agentId ?? 0n));
  const sets = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      sets.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, sets.select('id')),
  });
  const counts = await countCases(
    kysely,
    rows.map(({ id }) => id),
  );
  return {
    evalSets: await convertInTurns(rows, (row) => evalSetToProto(row, counts.get(row.id) ?? 0n), call.signal),
    ...paging,
  };
}
