import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListDataSourcesRequest } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { findUploads } from '../sources/readers/store-file.ts';
import { selectSources } from '../sources/rows.ts';
import { sourceToProto } from '../sources/to-proto.ts';

export async function listDataSources(ctx: Context, request: ListDataSourcesRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const mode = sql.lit(listedMode(request, caller));
  const { kysely } = ctx.db;
  const all = selectSources(kysely, caller.organizationId).where('mode', '=', mode);
  const sources = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      sources.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, sources.select('id')),
  });
  const files = await findUploads(
    kysely,
    caller.organizationId,
    rows.map(({ id }) => id),
  );
  return {
    dataSources: await convertInTurns(rows, (row) => sourceToProto(row, files.get(row.id)), call.signal),
    ...paging,
  };
}
