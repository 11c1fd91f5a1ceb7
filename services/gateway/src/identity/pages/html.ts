import { escapeHtml } from '@drippulse/service/pages';

/** Returns the HTML of a sentence about a problem. Screen readers read the sentence out immediately. */
export function problemHtml(problem: string | undefined): string {
  return problem === undefined ? '' : `<p class="problem" role="alert">${escapeHtml(problem)}</p>`;
}

/** Returns the HTML of sentences, one paragraph each. */
export function paragraphs(sentences: readonly string[]): string {
  return sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n');
}

export function field(o: {
  name: string;
  label: string;
  type: string;
  autocomplete: string;
  value?: string;
  isOptional?: boolean;
}): string {
  const value = o.value === undefined ? '' : ` value="${escapeHtml(o.value)}"`;
  return `<label>${escapeHtml(o.label)}
<input name="${o.name}" type="${o.type}" autocomplete="${o.autocomplete}"${value}${o.isOptional ? '' : ' required'}></label>`;
}

/** Returns the HTML of a form. `further` is an additional button, which sends the form without the required fields. */
export function form(
  action: string,
  fields: readonly string[],
  button: string,
  method: 'post' | 'get' = 'post',
  further = '',
): string {
  return `<form method="${method}" action="${action}">
${fields.join('\n')}
<p><button>${escapeHtml(button)}</button></p>
${further}</form>`;
}
