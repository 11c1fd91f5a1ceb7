import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import type { SubmitLeadFormRequest } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import type { Context } from '../context.ts';
import { answerPage, orMissingPage, wantsErrorPage } from '../lead-forms/answer-page.ts';
import { parseFields } from '../lead-forms/fields.ts';
import { type FormRow, findPublicForm, titleOf } from '../lead-forms/form.ts';
import { checkValues } from '../lead-forms/lead-of.ts';
import { formPage, messagePage } from '../lead-forms/page.ts';
import { readSubmission, type Submission } from '../lead-forms/read-submission.ts';
import { isKnown, keepSubmission } from '../lead-forms/submissions.ts';
import { keepTestSubmission } from '../lead-forms/test-submissions.ts';

const clientAddressHeader = 'x-client-address';

/**
 * Creates a lead from a submission; a submission of a test form creates only a test enrollment. A repeat gets the same
 * answer and creates nothing.
 */
export async function submitLeadForm(ctx: Context, { token, body }: SubmitLeadFormRequest, call: HandlerContext) {
  const submission = await readSubmission(body?.contentType ?? '', body?.data ?? new Uint8Array());
  const wantsPage = !submission.isJson && wantsErrorPage(call);
  const answer = await orMissingPage(call, wantsPage, async () => {
    const form = await findPublicForm(ctx.db.kysely, token);
    try {
      await take(ctx, form, submission, call);
    } catch (error) {
      if (!wantsPage) throw error;
      return refused(ctx, form, submission, call, error);
    }
    return accepted(form, submission, call);
  });
  return { answer };
}

/**
 * Accepts a submission. If the trap field is filled in, the submission gets a normal answer and creates nothing, so a
 * bot learns nothing from it.
 */
async function take(ctx: Context, form: FormRow, submission: Submission, call: HandlerContext): Promise<void> {
  if (submission.isTrapped) {
    ctx.metrics.submissionTrapped();
    return;
  }
  refuseViolations(checkValues(parseFields(form.fields), submission.values));
  // A repeated submission is accepted without hCaptcha, because an hCaptcha answer is valid only once and the first
  // submission has used it.
  if (await isKnown(ctx.db.kysely, form, submission)) return;
  if (form.hcaptcha_required) {
    await ctx.captcha.verify(submission.captchaAnswer, call.requestHeader.get(clientAddressHeader) ?? '');
  }
  await (form.mode === 'test' ? keepTestSubmission : keepSubmission)(ctx, form, submission, call);
}

function accepted(form: FormRow, submission: Submission, call: HandlerContext) {
  const { redirect_url: redirectUrl, thank_you_text: message } = form;
  if (submission.isJson) {
    const answer = { status: 'accepted', submission_id: submission.id, message, redirect_url: redirectUrl };
    call.responseHeader.set('x-http-status', '201');
    return { contentType: 'application/json; charset=utf-8', data: Buffer.from(JSON.stringify(answer)) };
  }
  if (redirectUrl !== null) call.responseHeader.set('location', redirectUrl);
  return answerPage(call, redirectUrl === null ? 200 : 303, messagePage(titleOf(form), message));
}

/** Answers a refused submission. A browser gets the form back with the values and their problems. */
function refused(ctx: Context, form: FormRow, submission: Submission, call: HandlerContext, error: unknown) {
  if (!(error instanceof DomainError) || !['invalid', 'unavailable'].includes(error.kind)) throw error;
  const { id: submissionId, values } = submission;
  const problems = error.violations.length === 0 ? [{ field: '', message: error.message }] : error.violations;
  const page = formPage(form, { submissionId, values, problems }, ctx.captcha.siteKey);
  return answerPage(call, error.kind === 'invalid' ? 422 : 503, page);
}
