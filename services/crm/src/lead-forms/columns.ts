import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import type { CreateLeadFormRequest, UpdateLeadFormRequest } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { requiredText, text } from '../records/rules.ts';
import { checkFields, defaultFields, type FormField, readFields } from './fields.ts';
import type { FormRow } from './form.ts';
import { normalizeRedirect } from './redirect-url.ts';

type Request = CreateLeadFormRequest | UpdateLeadFormRequest;

/** Columns of a form that the form's owner can set. */
export type FormColumns = Omit<FormColumnsOfRow, 'fields'> & { fields: readonly FormField[] };
type FormColumnsOfRow = Pick<
  FormRow,
  | 'name'
  | 'title'
  | 'description'
  | 'fields'
  | 'submit_label'
  | 'thank_you_text'
  | 'redirect_url'
  | 'source'
  | 'workflow_id'
  | 'hcaptcha_required'
  | 'active'
>;

/** Reads the columns of a request, with defaults for absent members. */
export function readColumns(request: Request): FormColumns {
  const { redirectUrl } = request;
  return {
    name: request.name ?? '',
    title: request.title ?? null,
    description: request.description ?? null,
    fields: request.fields.length === 0 ? defaultFields : readFields(request.fields),
    submit_label: request.submitLabel ?? 'Send',
    thank_you_text: request.thankYouText ?? 'Thank you. We have received your message.',
    redirect_url: redirectUrl === undefined ? null : (normalizeRedirect(redirectUrl) ?? redirectUrl),
    source: request.source ?? 'lead_form',
    workflow_id: request.workflowId ?? null,
    hcaptcha_required: request.hcaptchaRequired ?? false,
    active: request.active ?? true,
  };
}

/** Refuses an invalid form with all its violations. */
export function requireSound(columns: FormColumns): void {
  const rules = {
    name: requiredText(255),
    title: text(255),
    description: text(2_000),
    submit_label: requiredText(100),
    thank_you_text: requiredText(2_000),
    source: requiredText(255),
  };
  const problems = Object.entries(rules).flatMap(([field, rule]): Violation[] => {
    const problem = rule(columns[field as keyof typeof rules]); // a key of `rules`
    return problem === undefined ? [] : [{ field, ...problem }];
  });
  refuseViolations([...problems, ...checkFields(columns.fields), ...checkRedirect(columns.redirect_url)]);
}

/** Refuses to require hCaptcha on a server that has no hCaptcha account. */
export function requireCaptcha(isRequired: boolean, captcha: { isConfigured: boolean }): void {
  if (!isRequired || captcha.isConfigured) return;
  const message = 'hCaptcha is not configured on this server: set HCAPTCHA_SITE_KEY and HCAPTCHA_SECRET.';
  throw new DomainError('failed_precondition', 'hcaptcha_not_configured', message);
}

function checkRedirect(url: string | null): Violation[] {
  if (url === null || normalizeRedirect(url) !== undefined) return [];
  const message = 'must be an http or https URL without user name, at most 2000 characters long';
  return [{ field: 'redirect_url', message, code: 'format' }];
}
