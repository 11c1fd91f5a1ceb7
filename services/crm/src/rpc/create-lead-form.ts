import { randomBytes } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { type CreateLeadFormRequest, LeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readColumns, requireCaptcha, requireSound } from '../lead-forms/columns.ts';
import { leadFormToProto } from '../lead-forms/form.ts';
import { requireWorkflow } from '../lead-forms/workflow.ts';

export async function createLeadForm(ctx: Context, request: CreateLeadFormRequest, call: HandlerContext) {
  const columns = readColumns(request);
  requireSound(columns);
  requireCaptcha(columns.hcaptcha_required, ctx.captcha);
  await requireWorkflow(ctx, call, columns.workflow_id, callerOf(call).mode);
  return transact(ctx, call, LeadFormsService.method.createLeadForm, request, async (trx, { organizationId, mode }) => {
    const now = ctx.clock.now();
    const row = await trx
      .insertInto('lead_forms')
      .values({
        ...columns,
        fields: JSON.stringify(columns.fields),
        organization_id: organizationId,
        mode,
        token: randomBytes(18).toString('base64url'),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { leadForm: leadFormToProto(row) };
  });
}
