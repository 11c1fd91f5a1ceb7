import type { HandlerContext } from '@connectrpc/connect';
import { AccountSignInService, type DeleteSsoRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { transact } from '@drippulse/writes';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { forgetSso } from '../sso/forget.ts';
import { ssoNotFound } from '../sso/rows.ts';

export async function deleteSso(ctx: Context, request: DeleteSsoRequest, call: HandlerContext) {
  const { deleteSso: method } = AccountSignInService.method;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numDeletedRows } = await trx
      .deleteFrom('sso_connections')
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw ssoNotFound();
    await forgetSso(trx, organizationId, ctx.clock.now());
    return {};
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}
