import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { FindMembersRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';

const maxIds = 1000;

export async function findMembers(ctx: Context, { userIds }: FindMembersRequest, call: HandlerContext) {
  if (userIds.length > maxIds) {
    throw new DomainError('invalid', 'too_many_ids', `At most ${maxIds} users are looked for at once.`);
  }
  if (userIds.length === 0) return {};
  const rows = await ctx.db.kysely
    .selectFrom('memberships')
    .select('id')
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('id', 'in', userIds)
    .execute();
  return { userIds: rows.map(({ id }) => id) };
}
