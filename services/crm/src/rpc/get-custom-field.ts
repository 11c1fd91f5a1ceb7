import type { HandlerContext } from '@connectrpc/connect';
import type { GetCrmCustomFieldRequest } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { customFieldToProto, fieldNotFound, selectFields } from '../custom-fields/rows.ts';

export async function getCrmCustomField(ctx: Context, { id }: GetCrmCustomFieldRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const row = await selectFields(ctx.db.kysely, organizationId).where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw fieldNotFound();
  return { customField: customFieldToProto(row) };
}
