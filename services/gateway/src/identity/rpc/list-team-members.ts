import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListTeamMembersRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { memberColumns, memberToProto } from '../team-members/to-proto.ts';

export async function listTeamMembers(ctx: Context, request: ListTeamMembersRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const all = kysely.selectFrom('memberships').where('organization_id', '=', callerOf(call).organizationId);
  const members = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      members
        .select(memberColumns)
        .where('id', '<', beforeId)
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(kysely, members.select('id')),
  });
  return { teamMembers: await convertInTurns(rows, memberToProto, call.signal), ...paging };
}
