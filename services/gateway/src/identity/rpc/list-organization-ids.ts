import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { ListOrganizationIdsRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';

const mostIds = 1_000;

/** Lists the ids of all organizations. Only services may call it, because members need only their own organization. */
export async function listOrganizationIds(ctx: Context, request: ListOrganizationIdsRequest, call: HandlerContext) {
  if (callerOf(call).actor.type !== 'service') {
    throw new DomainError('permission_denied', 'insufficient_role', 'Only services may call this.');
  }
  const rows = await ctx.db.kysely
    .selectFrom('organizations')
    .select('id')
    .where('id', '>', request.afterId)
    .orderBy('id')
    .limit(Math.min(Math.max(request.limit, 1), mostIds))
    .execute();
  return { ids: rows.map(({ id }) => id) };
}
