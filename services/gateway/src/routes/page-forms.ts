import Negotiator from 'negotiator';
import type { Page } from './page.ts';

/** A page in both forms: Markdown for a client whose `Accept` prefers it, HTML for every other, browsers among them. */
export function inEitherForm(html: Page, markdown: Page): Page {
  return (request, response) => {
    response.appendHeader('vary', 'Accept');
    const [preferred] = new Negotiator(request).mediaTypes(['text/html', 'text/markdown']);
    const page = preferred === 'text/markdown' ? markdown : html;
    page(request, response);
  };
}
