import type { HandlerContext } from '@connectrpc/connect';
import type { GetActorRoleRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { roleToProto } from '../roles.ts';

const isId = /^[1-9]\d{0,15}$/;

export async function getActorRole(ctx: Context, { actorType, actorId }: GetActorRoleRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  if (!isId.test(actorId)) return {};
  const own = { organizationId, id: BigInt(actorId) };
  if (actorType === 'user') return roleOfUser(ctx, own);
  return actorType === 'api_key' ? roleOfKey(ctx, own) : {};
}

type Own = { organizationId: bigint; id: bigint };

async function roleOfUser({ db }: Context, { organizationId, id }: Own) {
  const row = await db.kysely
    .selectFrom('memberships')
    .select('role')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', '=', 'active')
    .executeTakeFirst();
  return row === undefined ? {} : { role: roleToProto(row.role) };
}

async function roleOfKey({ db, clock }: Context, { organizationId, id }: Own) {
  const row = await db.kysely
    .selectFrom('api_keys')
    .select('role')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', clock.now())]))
    .executeTakeFirst();
  return row === undefined ? {} : { role: roleToProto(row.role) };
}
