import type { HandlerContext } from '@connectrpc/connect';
import type { LogoutRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { credentialsChangedHeader, sessionIdHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';

export async function logout(ctx: Context, _request: LogoutRequest, call: HandlerContext) {
  const { organizationId, actor } = callerOf(call);
  await ctx.db.kysely
    .updateTable('sessions')
    .set({ ended_at: ctx.clock.now() })
    .where('id', '=', call.requestHeader.get(sessionIdHeader))
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', BigInt(actor.id))
    .where('ended_at', 'is', null)
    .execute();
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return {};
}
