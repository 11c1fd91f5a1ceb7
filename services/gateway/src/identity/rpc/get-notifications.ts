import type { HandlerContext } from '@connectrpc/connect';
import type { GetNotificationsRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { userIdOf } from '../notifications/own-row.ts';
import { choiceColumns, notificationsToProto } from '../notifications/to-proto.ts';

export async function getNotifications(ctx: Context, _request: GetNotificationsRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const row = await ctx.db.kysely
    .selectFrom('memberships')
    .select(choiceColumns)
    .where('organization_id', '=', caller.organizationId)
    .where('id', '=', userIdOf(caller))
    .executeTakeFirstOrThrow();
  return { notifications: notificationsToProto(row) };
}
