import type { HandlerContext } from '@connectrpc/connect';
import { MfaService, type ReplaceRecoveryCodesRequest } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { identityIdOf } from '../identities/own-identity.ts';
import { makeRecoveryCodes, storeRecoveryCodes } from '../mfa/recovery-codes.ts';
import { mfaNotEnabled, requireCode } from '../mfa/require-code.ts';

export async function replaceRecoveryCodes(ctx: Context, request: ReplaceRecoveryCodesRequest, call: HandlerContext) {
  const { code = '' } = request;
  const identityId = await identityIdOf(ctx.db.kysely, callerOf(call));
  await requireCode(ctx, identityId, { code, isFirst: false });
  return transact(ctx, call, MfaService.method.replaceRecoveryCodes, request, async (trx) => {
    const factor = await trx
      .selectFrom('mfa_factors')
      .select('identity_id')
      .where('identity_id', '=', identityId)
      .where('enabled_at', 'is not', null)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!factor) throw mfaNotEnabled();
    const recoveryCodes = makeRecoveryCodes();
    await storeRecoveryCodes(trx, identityId, recoveryCodes);
    return { recoveryCodes };
  });
}
