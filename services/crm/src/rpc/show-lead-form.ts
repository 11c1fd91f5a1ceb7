import { randomUUID } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import type { ShowLeadFormRequest } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import type { Context } from '../context.ts';
import { answerPage, orMissingPage, wantsErrorPage } from '../lead-forms/answer-page.ts';
import { findPublicForm } from '../lead-forms/form.ts';
import { formPage } from '../lead-forms/page.ts';

/** Shows a form. Each page contains the id of its submission, so that sending the page twice creates one lead. */
export async function showLeadForm(ctx: Context, { token }: ShowLeadFormRequest, call: HandlerContext) {
  const page = await orMissingPage(call, wantsErrorPage(call), async () => {
    const form = await findPublicForm(ctx.db.kysely, token);
    const filled = { submissionId: randomUUID(), values: new Map<string, string>(), problems: [] };
    return answerPage(call, 200, formPage(form, filled, ctx.captcha.siteKey));
  });
  return { page };
}
