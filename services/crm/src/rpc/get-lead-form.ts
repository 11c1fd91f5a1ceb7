import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type {
  GetLeadFormRequestSchema,
  GetLeadFormResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findForm, toProto } from '../lead-forms/form.ts';

export async function getLeadForm(
  ctx: Context,
  { id }: MessageShape<typeof GetLeadFormRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof GetLeadFormResponseSchema>> {
  return { leadForm: toProto(await findForm(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
