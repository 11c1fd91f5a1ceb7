import type { HandlerContext } from '@connectrpc/connect';
import type { GetCrmErasureRequest } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import type { Context } from '../context.ts';
import { openIdentity } from '../erasures/identity.ts';
import { requireRuntime } from '../erasures/require-runtime.ts';

export async function getCrmErasure(ctx: Context, { contactId }: GetCrmErasureRequest, call: HandlerContext) {
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
