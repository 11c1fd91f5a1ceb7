import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListInvitationsRequest } from '@drippulse/proto/drippulse/identity/v1/invitations_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { invitationToProto, waitingInvitations } from '../invitations/waiting.ts';

export async function listInvitations(ctx: Context, request: ListInvitationsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const { organizationId } = callerOf(call);
  const members = kysely
    .selectFrom('memberships')
    .where('organization_id', '=', organizationId)
    .where('status', '=', 'invited');
  const filter = await rowConditions(kysely, members, request);
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      waitingInvitations(kysely, organizationId)
        .where(filter)
        .where('id', '<', beforeId)
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(kysely, members.where(filter).select('id')),
  });
  return { invitations: await convertInTurns(rows, invitationToProto, call.signal), ...paging };
}
