import type { HandlerContext } from '@connectrpc/connect';
import { type DeleteSendingDomainRequest, SenderService } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { domainNotFound } from '../messaging/index.ts';

export async function deleteSendingDomain(ctx: Context, request: DeleteSendingDomainRequest, call: HandlerContext) {
  const { deleteSendingDomain: method } = SenderService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numDeletedRows } = await trx
      .deleteFrom('sending_domains')
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw domainNotFound();
    return {};
  });
}
