import type { HandlerContext } from '@connectrpc/connect';
import { type CreateLeadFormRequest, LeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { readColumns, requireCaptcha, requireSound } from '../lead-forms/columns.ts';
import { leadFormToProto } from '../lead-forms/form.ts';
import { insertForm } from '../lead-forms/insert-form.ts';
import { requireWorkflow } from '../lead-forms/workflow.ts';
import { hintActivity, logForm } from '../operator/activity.ts';

export async function createLeadForm(ctx: Context, request: CreateLeadFormRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const columns = readColumns(request);
  requireSound(columns);
  requireCaptcha(columns.hcaptcha_required, ctx.captcha);
  await requireWorkflow(ctx, call, columns.workflow_id, caller.mode);
  const response = await transact(ctx, call, LeadFormsService.method.createLeadForm, request, async (trx) => {
    const row = await insertForm(ctx, trx, caller, columns);
    await logForm(ctx, trx, caller, row);
    return { leadForm: leadFormToProto(row) };
  });
  hintActivity(ctx, caller);
  return response;
}
