import type { HandlerContext } from '@connectrpc/connect';
import {
  type DeleteInvitationRequest,
  InvitationsService,
} from '@drippulse/proto/drippulse/identity/v1/invitations_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { invitationNotFound } from '../invitations/waiting.ts';

const { deleteInvitation: method } = InvitationsService.method;

export async function deleteInvitation(ctx: Context, request: DeleteInvitationRequest, call: HandlerContext) {
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    // Deleting the membership deletes its link too. If an acceptance runs at the same time, either the deletion or the
    // acceptance waits for the other.
    const { numDeletedRows } = await trx
      .deleteFrom('memberships')
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .where('status', '=', 'invited')
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw invitationNotFound();
    return {};
  });
}
