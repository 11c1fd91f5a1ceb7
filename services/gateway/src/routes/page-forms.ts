import Negotiator from 'negotiator';
import type { Page } from './page.ts';

/**
 * Serves a page in two forms: as Markdown if the `Accept` of the client prefers it, and otherwise, as for browsers, as
 * HTML.
 */
export function inEitherForm(html: Page, markdown: Page): Page {
  return (request, response) => {
    response.appendHeader('vary', 'Accept');
    const [preferred] = new Negotiator(request).mediaTypes(['text/html', 'text/markdown']);
    const page = preferred === 'text/markdown' ? markdown : html;
    page(request, response);
  };
}
