import type { HandlerContext } from '@connectrpc/connect';
import { type DeleteTeamMemberRequest, TeamMembersService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { transact } from '@drippulse/writes';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { keepAnAdmin } from '../team-members/last-admin.ts';
import { memberNotFound } from '../team-members/not-found.ts';

const { deleteTeamMember: method } = TeamMembersService.method;

export async function deleteTeamMember(ctx: Context, request: DeleteTeamMemberRequest, call: HandlerContext) {
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    await keepAnAdmin(trx, organizationId, request.id);
    const member = await trx
      .deleteFrom('memberships')
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .returning('identity_id')
      .executeTakeFirst();
    if (!member) throw memberNotFound();
    // The identity is kept. An identity that belongs to no organization is deleted after 30 days.
    await trx
      .updateTable('identities')
      .set({ updated_at: ctx.clock.now() })
      .where('id', '=', member.identity_id)
      .execute();
    return {};
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}
