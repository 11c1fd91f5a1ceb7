import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { GetOwnAddressRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';

export async function getOwnAddress(ctx: Context, _request: GetOwnAddressRequest, call: HandlerContext) {
  const { actor, organizationId } = callerOf(call);
  if (actor.type !== 'user') throw new DomainError('permission_denied', 'user_required', 'Only a user has an address.');
  const row = await ctx.db.kysely
    .selectFrom('memberships')
    .select('email')
    .where('organization_id', '=', organizationId)
    .where('id', '=', BigInt(actor.id))
    .executeTakeFirst();
  return { email: row?.email ?? undefined };
}
