import { createHash } from 'node:crypto';
import type { Violation } from '@drippulse/errors';
import { escapeHtml } from '@drippulse/service/pages';
import { type FormField, parseFields } from './fields.ts';
import { type FormRow, publicPath, titleOf } from './form.ts';
import { trapField } from './read-submission.ts';

/** A page and its content security policy, which allows no external content except hCaptcha. */
export type Page = { html: string; policy: string };

/** Values to show in the form, and the problems of these values. */
export type Filled = { submissionId: string; values: ReadonlyMap<string, string>; problems: readonly Violation[] };

const style = `:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: #1c2430; background: #f4f6f9; }
main { box-sizing: border-box; max-width: 32rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: .5rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; }
label { display: block; font-weight: 600; }
.field { margin: 0 0 1rem; }
.tick label { display: inline; font-weight: 400; }
input, select, textarea { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; color: inherit; background: inherit; border: 1px solid #6b7684; border-radius: .25rem; }
.tick input { width: auto; }
[aria-invalid] { border-color: #b3261e; }
.problem { margin: .25rem 0 0; color: #b3261e; }
.away { position: absolute; left: -100rem; }
button { padding: .6rem 1.5rem; font: inherit; font-weight: 600; color: #fff; background: #1f5fd0; border: 0; border-radius: .25rem; }
:focus-visible { outline: 3px solid #7aa7f7; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  body { color: #e3e8ef; background: #12161c; }
  main { background: #1c232d; }
  .problem { color: #ffb4ab; }
  [aria-invalid] { border-color: #ffb4ab; }
}
`;

const basePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
];
const captchaHosts = 'https://hcaptcha.com https://*.hcaptcha.com';

/** Renders the page of the form, empty or filled in. */
export function formPage(form: FormRow, filled: Filled, siteKey: string | undefined): Page {
  const fields = parseFields(form.fields);
  const hasCaptcha = form.hcaptcha_required && siteKey !== undefined;
  const body = `${heading(form)}
${summary(fields, filled.problems)}<form method="post" action="${escapeHtml(publicPath(form))}">
<input type="hidden" name="submission_id" value="${escapeHtml(filled.submissionId)}">
${fields.map((field, index) => fieldHtml(field, index, filled)).join('\n')}
<div class="away" aria-hidden="true"><label for="trap">Leave this empty</label><input id="trap" name="${trapField}" tabindex="-1" autocomplete="off"></div>
${hasCaptcha ? `<div class="field h-captcha" data-sitekey="${escapeHtml(siteKey)}"></div>\n` : ''}<button type="submit">${escapeHtml(form.submit_label)}</button>
</form>`;
  const script = hasCaptcha ? '\n<script src="https://js.hcaptcha.com/1/api.js" async defer></script>' : '';
  const policy = [...basePolicy, `form-action ${formTargets(form)}`];
  if (hasCaptcha) {
    policy[1] += ` ${captchaHosts}`;
    policy.push(...['script-src', 'frame-src', 'connect-src'].map((name) => `${name} ${captchaHosts}`));
  }
  return { html: document(titleOf(form), body, script), policy: policy.join('; ') };
}

/** Renders a page with a message instead of the form. */
export function messagePage(title: string, text: string): Page {
  const body = `<h1>${escapeHtml(title)}</h1>\n<p role="status">${escapeHtml(text)}</p>`;
  return { html: document(title, body), policy: [...basePolicy, "form-action 'none'"].join('; ') };
}

function document(title: string, body: string, script = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${style}</style>${script}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

function heading(form: FormRow): string {
  const title = `<h1>${escapeHtml(titleOf(form))}</h1>`;
  return form.description === null ? title : `${title}\n<p>${escapeHtml(form.description)}</p>`;
}

/**
 * Renders the list of problems. The problems come first on the page, so that a screen reader reports them; each one
 * links to its field.
 */
function summary(fields: readonly FormField[], problems: readonly Violation[]): string {
  if (problems.length === 0) return '';
  const lines = problems.map(({ field, message }) => {
    const index = fields.findIndex(({ name }) => name === field);
    if (index === -1) return `<li>${escapeHtml(message)}</li>`;
    return `<li><a href="#field-${index}">${escapeHtml(`${fields[index]?.label} ${message}`)}</a></li>`;
  });
  return `<div role="alert"><p class="problem">The form was not sent:</p>\n<ul>${lines.join('')}</ul></div>\n`;
}

function fieldHtml(field: FormField, index: number, { values, problems }: Filled): string {
  const { name, label, required, type } = field;
  const id = `field-${index}`;
  const problem = problems.find((candidate) => candidate.field === name)?.message;
  const attributes = [
    `id="${id}"`,
    `name="${escapeHtml(name)}"`,
    ...(required ? ['required'] : []),
    ...(problem === undefined ? [] : [`aria-invalid="true" aria-describedby="${id}-problem"`]),
  ].join(' ');
  const control = controlHtml(field, attributes, values.get(name) ?? '');
  const caption = `<label for="${id}">${escapeHtml(label)}${required ? ' <span aria-hidden="true">*</span>' : ''}</label>`;
  const note = problem === undefined ? '' : `<p class="problem" id="${id}-problem">${escapeHtml(problem)}</p>`;
  return type === 'checkbox'
    ? `<div class="field tick">${control} ${caption}${note}</div>`
    : `<div class="field">${caption}${control}${note}</div>`;
}

function controlHtml({ name, type, options }: FormField, attributes: string, value: string): string {
  if (type === 'textarea') return `<textarea ${attributes} rows="5">${escapeHtml(value)}</textarea>`;
  if (type === 'checkbox') return `<input type="checkbox" ${attributes}${value === '' ? '' : ' checked'}>`;
  if (type === 'select') {
    const choices = ['', ...options].map((option) => {
      const selected = option === value ? ' selected' : '';
      return `<option value="${escapeHtml(option)}"${selected}>${escapeHtml(option)}</option>`;
    });
    return `<select ${attributes}>${choices.join('')}</select>`;
  }
  const filledBy = autocomplete[name];
  const hint = filledBy === undefined ? '' : ` autocomplete="${filledBy}"`;
  return `<input type="${escapeHtml(type)}" ${attributes}${hint} value="${escapeHtml(value)}">`;
}

/** Autocomplete values of fields (WCAG 2.2, success criterion 1.3.5). */
const autocomplete: Readonly<Record<string, string>> = {
  email: 'email',
  first_name: 'given-name',
  last_name: 'family-name',
  company_name: 'organization',
  title: 'organization-title',
  phone: 'tel',
};

/** Returns the sources of `form-action`. Browsers apply `form-action` to every redirect of the response. */
function formTargets({ redirect_url }: FormRow): string {
  if (redirect_url === null) return "'self'";
  return redirect_url.startsWith('http:') ? "'self' http: https:" : "'self' https:";
}
