import type { HandlerContext } from '@connectrpc/connect';
import type { ListCrmCustomFieldsRequest } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { customFieldToProto, selectFields } from '../custom-fields/rows.ts';

export async function listCrmCustomFields(ctx: Context, request: ListCrmCustomFieldsRequest, call: HandlerContext) {
  const all = selectFields(ctx.db.kysely, callerOf(call).organizationId).orderBy('record_type').orderBy('key');
  const { recordType } = request;
  const rows = await (recordType === undefined ? all : all.where('record_type', '=', recordType)).execute();
  return { customFields: rows.map(customFieldToProto), totalCount: BigInt(rows.length) };
}
