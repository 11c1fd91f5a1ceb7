import type { HandlerContext } from '@connectrpc/connect';
import { rowConditions } from '@drippulse/db';
import type { ListCrmCustomFieldsRequest } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { customFieldToProto, selectFields } from '../custom-fields/rows.ts';

export async function listCrmCustomFields(ctx: Context, request: ListCrmCustomFieldsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const all = selectFields(kysely, callerOf(call).organizationId);
  const { recordType } = request;
  const fields = all
    .where(await rowConditions(kysely, all, request))
    .orderBy('record_type')
    .orderBy('key');
  const rows = await (recordType === undefined ? fields : fields.where('record_type', '=', recordType)).execute();
  return { customFields: rows.map(customFieldToProto), totalCount: BigInt(rows.length) };
}
