import type { HandlerContext } from '@connectrpc/connect';
import { type DisableMfaRequest, MfaService } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { identityIdOf } from '../identities/own-identity.ts';
import { requireCode } from '../mfa/require-code.ts';

export async function disableMfa(ctx: Context, request: DisableMfaRequest, call: HandlerContext) {
  const { code = '' } = request;
  const identityId = await identityIdOf(ctx.db.kysely, callerOf(call));
  await requireCode(ctx, identityId, { code, isFirst: false });
  const response = await transact(ctx, call, MfaService.method.disableMfa, request, async (trx) => {
    await trx.deleteFrom('mfa_factors').where('identity_id', '=', identityId).execute();
    return {};
  });
  // If the organization requires a factor, from now on this session may only enroll a new one.
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}
