import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { GetAccountRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { accountToProto } from '../account/to-proto.ts';
import type { Context } from '../context.ts';

export async function getAccount(ctx: Context, _request: GetAccountRequest, call: HandlerContext) {
  const row = await ctx.db.kysely
    .selectFrom('organizations')
    .selectAll()
    .where('id', '=', callerOf(call).organizationId)
    .executeTakeFirst();
  // Services request the accounts of organizations that events name. Such an organization may have been deleted in the
  // meantime.
  if (row === undefined) throw new DomainError('not_found', 'organization_deleted', 'There is no such organization.');
  return { account: await accountToProto(ctx.db.kysely, row) };
}
