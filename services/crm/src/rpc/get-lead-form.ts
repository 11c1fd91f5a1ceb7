import type { HandlerContext } from '@connectrpc/connect';
import type { GetLeadFormRequest } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findForm, leadFormToProto } from '../lead-forms/form.ts';

export async function getLeadForm(ctx: Context, { id }: GetLeadFormRequest, call: HandlerContext) {
  return { leadForm: leadFormToProto(await findForm(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
