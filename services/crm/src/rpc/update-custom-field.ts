import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  CrmCustomFieldsService,
  type UpdateCrmCustomFieldRequest,
} from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { customFieldToProto, fieldNotFound, selectFields } from '../custom-fields/rows.ts';
import { checkField } from '../custom-fields/rules.ts';

const { updateCrmCustomField: method } = CrmCustomFieldsService.method;

export async function updateCrmCustomField(ctx: Context, request: UpdateCrmCustomFieldRequest, call: HandlerContext) {
  const present = new Set(request.updateMask?.paths);
  const { id, label, options, required = false } = request;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const before = await selectFields(trx, organizationId).where('id', '=', id).forUpdate().executeTakeFirst();
    if (before === undefined) throw fieldNotFound();
    const changes = {
      ...(present.has('label') && { label: label ?? before.key }),
      ...(present.has('options') && { options }),
      ...(present.has('required') && { required }),
    };
    refuseViolations(checkField({ ...before, ...changes }));
    const row = await trx
      .updateTable('custom_fields')
      .set({ ...changes, updated_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { customField: customFieldToProto(row) };
  });
}
