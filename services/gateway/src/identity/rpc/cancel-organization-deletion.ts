import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  type CancelOrganizationDeletionRequest,
  OrganizationDeletionService,
} from '@drippulse/proto/drippulse/identity/v1/organization_deletion_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { readDeletion } from '../deletions/to-proto.ts';

const { cancelOrganizationDeletion: method } = OrganizationDeletionService.method;

export async function cancelOrganizationDeletion(
  ctx: Context,
  request: CancelOrganizationDeletionRequest,
  call: HandlerContext,
) {
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numDeletedRows } = await trx
      .deleteFrom('organization_deletions')
      .where('organization_id', '=', organizationId)
      .where('started_at', 'is', null)
      .executeTakeFirst();
    if (numDeletedRows === 0n) {
      throw new DomainError('failed_precondition', 'deletion_not_scheduled', 'No deletion is scheduled.');
    }
    return { deletion: await readDeletion(trx, organizationId) };
  });
}
