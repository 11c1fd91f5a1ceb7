import type { HandlerContext } from '@connectrpc/connect';
import type { GetTeamMemberRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { memberNotFound } from '../team-members/not-found.ts';
import { memberColumns, memberToProto } from '../team-members/to-proto.ts';

export async function getTeamMember(ctx: Context, request: GetTeamMemberRequest, call: HandlerContext) {
  const row = await ctx.db.kysely
    .selectFrom('memberships')
    .select(memberColumns)
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('id', '=', request.id)
    .executeTakeFirst();
  if (!row) throw memberNotFound();
  return { teamMember: memberToProto(row) };
}
