import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type {
  FinishCrmErasureRequestSchema,
  FinishCrmErasureResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import type { Context } from '../context.ts';
import { requireRuntime } from '../erasures/require-runtime.ts';

export async function finishErasure(
  ctx: Context,
  { contactId }: MessageShape<typeof FinishCrmErasureRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof FinishCrmErasureResponseSchema>> {
  await ctx.db.kysely
    .updateTable('erasures')
    .set({ identity: null })
    .where('organization_id', '=', requireRuntime(call))
    .where('contact_id', '=', contactId)
    .execute();
  return {};
}
