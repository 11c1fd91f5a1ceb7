import { STATUS_CODES } from 'node:http';
import type { Reason } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { page } from './page.ts';

/** Every reason that an error can have, by status and name. The `type` of an error points into the page. */
export function errorsPage(reasons: readonly Reason[]): string {
  const byName = reasons.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const statuses = [...new Set(reasons.map(({ status }) => status))].sort((a, b) => a - b);
  const sections = statuses.map((status) =>
    section(
      status,
      byName.filter((reason) => reason.status === status),
    ),
  );
  return page('DripPulse API errors', {
    head: '<link rel="stylesheet" href="/docs/assets/docs.css">',
    body: `<main>
<h1>Errors</h1>
<p>An error has a status, a stable reason in <code>error</code>, and a sentence in <code>message</code>; <code>errors</code> names the members at fault. <a href="/docs">API reference</a></p>
${sections.join('\n')}
</main>`,
  });
}

function section(status: number, reasons: readonly Reason[]): string {
  const entries = reasons.map(
    ({ name, meaning }) => `<dt id="${name}"><code>${name}</code></dt>\n<dd>${inlineCode(escapeHtml(meaning))}</dd>`,
  );
  return `<h2>${status} ${STATUS_CODES[status]}</h2>\n<dl>\n${entries.join('\n')}\n</dl>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function inlineCode(text: string): string {
  return text.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
