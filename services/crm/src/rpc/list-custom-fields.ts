import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type {
  ListCrmCustomFieldsRequestSchema,
  ListCrmCustomFieldsResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { selectFields, toProto } from '../custom-fields/rows.ts';

export async function listCustomFields(
  ctx: Context,
  request: MessageShape<typeof ListCrmCustomFieldsRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof ListCrmCustomFieldsResponseSchema>> {
  const all = selectFields(ctx.db.kysely, callerOf(call).organizationId).orderBy('record_type').orderBy('key');
  const { recordType } = request;
  const rows = await (recordType === undefined ? all : all.where('record_type', '=', recordType)).execute();
  return { customFields: rows.map(toProto), totalCount: BigInt(rows.length) };
}
