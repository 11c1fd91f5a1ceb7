/** A page as the site serves it. */
export type ServedPage = { path: string; html: string; ids: ReadonlySet<string>; links: readonly string[] };

/**
 * Fetches every page that can be reached by links from the home page, and all other resources to which these pages
 * refer. Pages that do not exist are left out.
 */
export async function crawl(baseUrl: string): Promise<Map<string, ServedPage>> {
  const pages = new Map<string, ServedPage>();
  const queue = ['/docs'];
  const asked = new Set<string>();
  for (const path of queue) {
    if (asked.has(path)) continue;
    asked.add(path);
    const answer = await fetch(baseUrl + path, { headers: { accept: 'text/html' } });
    const html = await answer.text();
    if (answer.status !== 200) continue;
    const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true;
    const page = isPage ? readPage(path, html) : { path, html: '', ids: new Set<string>(), links: [] };
    pages.set(path, page);
    queue.push(...page.links.filter((link) => link.startsWith('/')).map((link) => pathOf(link)));
  }
  return pages;
}

/** Returns the path of a link, without its anchor. */
export function pathOf(link: string): string {
  return link.replace(/#.*$/, '');
}

function readPage(path: string, html: string): ServedPage {
  const attributes = (name: string) =>
    [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => decoded(value));
  return { path, html, ids: new Set(attributes('id')), links: [...attributes('href'), ...attributes('src')] };
}

/** Returns the text of the code blocks on a page. */
export function decoded(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&');
}
