import Negotiator from 'negotiator';
import type { Page } from './page.ts';

/**
 * Serves a page in two forms: Markdown for a client whose `Accept` prefers it, and HTML for all other clients, such as
 * browsers.
 */
export function inEitherForm(html: Page, markdown: Page): Page {
  return (request, response) => {
    response.appendHeader('vary', 'Accept');
    const [preferred] = new Negotiator(request).mediaTypes(['text/html', 'text/markdown']);
    const page = preferred === 'text/markdown' ? markdown : html;
    page(request, response);
  };
}
