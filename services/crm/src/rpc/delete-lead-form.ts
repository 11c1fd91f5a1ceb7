import type { HandlerContext } from '@connectrpc/connect';
import { type DeleteLeadFormRequest, LeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { lockForm } from '../lead-forms/form.ts';

export async function deleteLeadForm(ctx: Context, request: DeleteLeadFormRequest, call: HandlerContext) {
  return transact(ctx, call, LeadFormsService.method.deleteLeadForm, request, async (trx, { organizationId }) => {
    const { id } = await lockForm(trx, organizationId, request.id);
    const now = ctx.clock.now();
    await trx
      .updateTable('lead_forms')
      .set({ deleted_at: now, updated_at: now })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .execute();
    return {};
  });
}
