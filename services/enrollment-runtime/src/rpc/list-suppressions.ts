import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListSuppressionsRequest } from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { normalEmail, reasonFromProto, suppressionToProto } from '../messaging/index.ts';

export async function listSuppressions(ctx: Context, request: ListSuppressionsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const caller = callerOf(call);
  const all = kysely
    .selectFrom('suppressions')
    .where('organization_id', '=', caller.organizationId)
    .where('mode', '=', listedMode(request, caller));
  const reason = reasonFromProto(request.reason);
  const suppressions = all
    .where(await rowConditions(kysely, all, request))
    .$if(request.email !== undefined, (rows) => rows.where('email', '=', normalEmail(request.email ?? '')))
    .$if(reason !== undefined, (rows) => rows.where('reason', '=', reason ?? ''));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      suppressions.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, suppressions.select('id')),
  });
  return { suppressions: await convertInTurns(rows, suppressionToProto, call.signal), ...paging };
}
