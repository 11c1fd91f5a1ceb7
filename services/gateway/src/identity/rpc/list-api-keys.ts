import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListApiKeysRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { apiKeyToProto } from '../api-keys/to-proto.ts';
import type { Context } from '../context.ts';

export async function listApiKeys(ctx: Context, request: ListApiKeysRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const all = kysely.selectFrom('api_keys').where('organization_id', '=', callerOf(call).organizationId);
  const keys = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      keys.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, keys.select('id')),
  });
  return { apiKeys: await convertInTurns(rows, apiKeyToProto, call.signal), ...paging };
}
