import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListDataSourceRunsRequest } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { runToProto } from '../runs/to-proto.ts';

export async function listDataSourceRuns(ctx: Context, request: ListDataSourceRunsRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { kysely } = ctx.db;
  const own = kysely
    .selectFrom('data_source_runs')
    .where('organization_id', '=', caller.organizationId)
    .where('mode', '=', listedMode(request, caller));
  const all = request.dataSourceId === undefined ? own : own.where('data_source_id', '=', request.dataSourceId);
  const runs = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      runs.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, runs.select('id')),
  });
  return { dataSourceRuns: await convertInTurns(rows, runToProto, call.signal), ...paging };
}
