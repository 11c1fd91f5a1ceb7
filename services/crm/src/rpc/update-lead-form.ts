import type { HandlerContext } from '@connectrpc/connect';
import { LeadFormsService, type UpdateLeadFormRequest } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { callerOf, modeOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { readColumns, requireCaptcha, requireSound } from '../lead-forms/columns.ts';
import { parseFields } from '../lead-forms/fields.ts';
import { findForm, leadFormToProto, lockForm } from '../lead-forms/form.ts';
import { requireWorkflow } from '../lead-forms/workflow.ts';

export async function updateLeadForm(ctx: Context, request: UpdateLeadFormRequest, call: HandlerContext) {
  const present = new Set(request.updateMask?.paths);
  const given = Object.fromEntries(Object.entries(readColumns(request)).filter(([column]) => present.has(column)));
  if (present.has('hcaptcha_required')) requireCaptcha(request.hcaptchaRequired ?? false, ctx.captcha);
  if (present.has('workflow_id')) {
    const form = await findForm(ctx.db.kysely, callerOf(call).organizationId, request.id);
    await requireWorkflow(ctx, call, request.workflowId ?? null, modeOf(form.mode));
  }
  return transact(ctx, call, LeadFormsService.method.updateLeadForm, request, async (trx, { organizationId }) => {
    const before = await lockForm(trx, organizationId, request.id);
    const columns = { ...before, fields: parseFields(before.fields), ...given };
    requireSound(columns);
    const row = await trx
      .updateTable('lead_forms')
      .set({
        ...given,
        ...('fields' in given && { fields: JSON.stringify(columns.fields) }),
        updated_at: ctx.clock.now(),
      })
      .where('organization_id', '=', organizationId)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { leadForm: leadFormToProto(row) };
  });
}
