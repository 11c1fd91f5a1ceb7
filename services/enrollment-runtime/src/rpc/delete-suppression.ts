import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  type DeleteSuppressionRequest,
  SuppressionsService,
} from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';

export async function deleteSuppression(ctx: Context, request: DeleteSuppressionRequest, call: HandlerContext) {
  const { deleteSuppression: method } = SuppressionsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numDeletedRows } = await trx
      .deleteFrom('suppressions')
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) {
      throw new DomainError('not_found', 'suppression_not_found', 'There is no suppression with this id.');
    }
    return {};
  });
}
