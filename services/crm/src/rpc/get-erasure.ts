import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type {
  GetCrmErasureRequestSchema,
  GetCrmErasureResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import type { Context } from '../context.ts';
import { openIdentity } from '../erasures/identity.ts';
import { requireRuntime } from '../erasures/require-runtime.ts';

export async function getErasure(
  ctx: Context,
  { contactId }: MessageShape<typeof GetCrmErasureRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof GetCrmErasureResponseSchema>> {
  const organizationId = requireRuntime(call);
  const row = await ctx.db.kysely
    .selectFrom('erasures')
    .select('identity')
    .where('organization_id', '=', organizationId)
    .where('contact_id', '=', contactId)
    .executeTakeFirst();
  if (!row?.identity) return {};
  return { emails: openIdentity(ctx, { organizationId, contactId }, row.identity) };
}
