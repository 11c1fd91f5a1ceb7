import type { HandlerContext } from '@connectrpc/connect';
import type { LogoutAllRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { identityIdOf } from '../identities/own-identity.ts';
import { endSessionsOfIdentity, endSessionsOfMember } from '../sessions/end-sessions.ts';
import { provesIdentity } from '../sessions/proves-identity.ts';

export async function logoutAll(ctx: Context, _request: LogoutAllRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const now = ctx.clock.now();
  await ctx.db.kysely.transaction().execute(async (trx) => {
    // An organization's own provider is trusted only with sessions of that organization.
    if (await provesIdentity(trx, call)) await endSessionsOfIdentity(trx, await identityIdOf(trx, caller), now);
    else await endSessionsOfMember(trx, BigInt(caller.actor.id), now);
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return {};
}
