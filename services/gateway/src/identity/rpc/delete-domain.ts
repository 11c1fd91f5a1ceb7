import type { HandlerContext } from '@connectrpc/connect';
import { AccountSignInService, type DeleteDomainRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { domainNotFound } from '../domains/rows.ts';

export async function deleteDomain(ctx: Context, request: DeleteDomainRequest, call: HandlerContext) {
  const { deleteDomain: method } = AccountSignInService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numDeletedRows } = await trx
      .deleteFrom('account_domains')
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw domainNotFound();
    return {};
  });
}
