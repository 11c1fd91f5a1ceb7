import type { HandlerContext } from '@connectrpc/connect';
import {
  CrmCustomFieldsService,
  type DeleteCrmCustomFieldRequest,
} from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { fieldNotFound } from '../custom-fields/rows.ts';

const { deleteCrmCustomField: method } = CrmCustomFieldsService.method;

export async function deleteCrmCustomField(ctx: Context, request: DeleteCrmCustomFieldRequest, call: HandlerContext) {
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numDeletedRows } = await trx
      .deleteFrom('custom_fields')
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw fieldNotFound();
    return {};
  });
}
