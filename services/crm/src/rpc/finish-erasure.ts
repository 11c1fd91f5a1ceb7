import type { HandlerContext } from '@connectrpc/connect';
import type { FinishCrmErasureRequest } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import type { Context } from '../context.ts';
import { requireRuntime } from '../erasures/require-runtime.ts';

export async function finishCrmErasure(ctx: Context, { contactId }: FinishCrmErasureRequest, call: HandlerContext) {
  await ctx.db.kysely
    .updateTable('erasures')
    .set({ identity: null })
    .where('organization_id', '=', requireRuntime(call))
    .where('contact_id', '=', contactId)
    .execute();
  return {};
}
