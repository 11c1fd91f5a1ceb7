import type { HandlerContext } from '@connectrpc/connect';
import type { DeleteTeamMemberRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { keepAnAdmin } from '../team-members/last-admin.ts';
import { memberNotFound } from '../team-members/not-found.ts';

export async function deleteTeamMember(ctx: Context, request: DeleteTeamMemberRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await keepAnAdmin(trx, organizationId, request.id);
    const { numDeletedRows } = await trx
      .deleteFrom('users')
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw memberNotFound();
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return {};
}
