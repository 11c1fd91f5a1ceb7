import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, createdConditions, readList } from '@drippulse/db';
import type { ListOwnOrganizationsRequest } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { identityIdOf } from '../identities/own-identity.ts';
import { roleToProto } from '../roles.ts';
import { provesIdentity } from '../sessions/proves-identity.ts';

export async function listOwnOrganizations(ctx: Context, request: ListOwnOrganizationsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const caller = callerOf(call);
  let own = kysely
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .where('memberships.identity_id', '=', await identityIdOf(kysely, caller))
    .where('memberships.status', '=', 'active');
  if (!(await provesIdentity(kysely, call))) own = own.where('organizations.id', '=', caller.organizationId);
  for (const condition of createdConditions(request, 'memberships.created_at')) own = own.where(condition);
  if (request.ids.length > 0) own = own.where('organizations.id', 'in', request.ids);
  const { rows, paging } = await readList(request, {
    // The list is ordered by the member's id. The organization is joined by the organization's id.
    rows: ({ beforeId, limit, offset }) =>
      own
        .select(['memberships.id', 'memberships.organization_id', 'memberships.role', 'memberships.last_login_at'])
        .select(['memberships.created_at', 'organizations.name', 'organizations.slug'])
        .where('memberships.id', '<', beforeId)
        .orderBy('memberships.id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(kysely, own.select('memberships.id')),
  });
  return {
    organizations: rows.map((row) => ({
      id: row.organization_id,
      name: row.name,
      slug: row.slug,
      role: roleToProto(row.role),
      teamMemberId: row.id,
      current: row.organization_id === caller.organizationId,
      ...(row.last_login_at && { lastLoginAt: timestampFromDate(row.last_login_at) }),
      createdAt: timestampFromDate(row.created_at),
    })),
    ...paging,
  };
}
