import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListCrmImportsRequest } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { importKind, jobToProto } from '../imports/job.ts';

export async function listCrmImports(ctx: Context, request: ListCrmImportsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const all = kysely
    .selectFrom('jobs')
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('kind', '=', importKind);
  const jobs = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      jobs.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, jobs.select('id')),
  });
  return { imports: await convertInTurns(rows, jobToProto, call.signal), ...paging };
}
