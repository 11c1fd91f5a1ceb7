import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, cutPage, pageTotals, readPage } from '@drippulse/db';
import type { ListCrmImportsRequest } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { importKind, jobToProto } from '../imports/job.ts';

export async function listCrmImports(ctx: Context, request: ListCrmImportsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const page = readPage(request, ['bigint']);
  const [after] = page.after ?? [];
  const jobs = kysely
    .selectFrom('jobs')
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('kind', '=', importKind);
  const slice = after === undefined ? jobs : jobs.where('id', '<', BigInt(after));
  // One more row shows whether another page follows.
  const found = await slice
    .selectAll()
    .orderBy('id', 'desc')
    .offset(page.offset)
    .limit(page.limit + 1)
    .execute();
  const { rows, nextCursor } = cutPage(found, page.limit);
  const count = await countUpTo(kysely, jobs.select('id'));
  return { imports: rows.map(jobToProto), ...count, nextCursor, ...pageTotals(page, count.totalCount) };
}
