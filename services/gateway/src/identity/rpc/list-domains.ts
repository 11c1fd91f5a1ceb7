import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListDomainsRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { domainToProto, selectDomains } from '../domains/rows.ts';

export async function listDomains(ctx: Context, request: ListDomainsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const all = selectDomains(kysely, callerOf(call).organizationId);
  const domains = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      domains.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, domains.select('id')),
  });
  return { domains: await convertInTurns(rows, domainToProto, call.signal), ...paging };
}
