import type { HandlerContext } from '@connectrpc/connect';
import { type ConfirmMfaRequest, MfaService } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { credentialsChangedHeader, sessionIdHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { identityIdOf } from '../identities/own-identity.ts';
import { makeRecoveryCodes, storeRecoveryCodes } from '../mfa/recovery-codes.ts';
import { mfaNotEnabled, requireCode } from '../mfa/require-code.ts';
import { requireOwnSignIn } from '../sessions/require-own-sign-in.ts';

export async function confirmMfa(ctx: Context, request: ConfirmMfaRequest, call: HandlerContext) {
  const { code = '' } = request;
  await requireOwnSignIn(ctx.db.kysely, call);
  const identityId = await identityIdOf(ctx.db.kysely, callerOf(call));
  await requireCode(ctx, identityId, { code, isFirst: true });
  const response = await transact(ctx, call, MfaService.method.confirmMfa, request, async (trx) => {
    const now = ctx.clock.now();
    // A login that found no factor waits for this lock, checks again, and then gets no session.
    await trx.selectFrom('identities').select('id').where('id', '=', identityId).forNoKeyUpdate().execute();
    const { numUpdatedRows } = await trx
      .updateTable('mfa_factors')
      .set({ enabled_at: now })
      .where('identity_id', '=', identityId)
      .where('enabled_at', 'is', null)
      // `last_step` is null again if a new secret was enrolled after the code was accepted.
      .where('last_step', 'is not', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw mfaNotEnabled();
    const recoveryCodes = makeRecoveryCodes();
    await storeRecoveryCodes(trx, identityId, recoveryCodes);
    await trx
      .updateTable('sessions')
      .set({ ended_at: now })
      .where('identity_id', '=', identityId)
      .where('id', '<>', call.requestHeader.get(sessionIdHeader))
      .where('ended_at', 'is', null)
      .execute();
    return { recoveryCodes };
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}
