import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  CrmCustomFieldsService,
  type UpdateCrmCustomFieldRequestSchema,
  type UpdateCrmCustomFieldResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import type { Context } from '../context.ts';
import { fieldNotFound, selectFields, toProto } from '../custom-fields/rows.ts';
import { checkField } from '../custom-fields/rules.ts';
import { refuse } from '../records/rules.ts';

const { updateCrmCustomField: method } = CrmCustomFieldsService.method;

export async function updateCustomField(
  ctx: Context,
  request: MessageShape<typeof UpdateCrmCustomFieldRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof UpdateCrmCustomFieldResponseSchema>> {
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
    refuse(checkField({ ...before, ...changes }));
    const row = await trx
      .updateTable('custom_fields')
      .set({ ...changes, updated_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { customField: toProto(row) };
  });
}
