import type { HandlerContext } from '@connectrpc/connect';
import type { DeleteLeadFormRequest } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { lockForm } from '../lead-forms/form.ts';

export async function deleteLeadForm(ctx: Context, { id }: DeleteLeadFormRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await lockForm(trx, organizationId, id);
    const now = ctx.clock.now();
    await trx
      .updateTable('lead_forms')
      .set({ deleted_at: now, updated_at: now })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .execute();
  });
  return {};
}
