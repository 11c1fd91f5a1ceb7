import { escapeHtml } from '../page/escape-html.ts';
import { addressOf, type Page } from '../page/page.ts';

/** Returns the pages by section. Sections and pages are in the order of the site. */
export function sectionsOf(pages: readonly Page[]): { name: string; pages: Page[] }[] {
  const inOrder = pages.toSorted((a, b) => a.order - b.order || (a.path < b.path ? -1 : 1));
  const names = [...new Set(inOrder.map(({ section }) => section))];
  return names.map((name) => ({ name, pages: inOrder.filter(({ section }) => section === name) }));
}

/** Renders the menu of all pages. On narrow screens it is a popover, which a button opens without any script. */
export function menuHtml(pages: readonly Page[], current: Page): string {
  const sections = sectionsOf(pages).map(({ name, pages: members }) => {
    const items = members.map(
      (page) =>
        `<li><a href="${addressOf(page.path)}"${page.path === current.path ? ' aria-current="page"' : ''}>${escapeHtml(page.label)}</a></li>`,
    );
    return `<p>${escapeHtml(name)}</p>\n<ul>\n${items.join('\n')}\n</ul>`;
  });
  return `<nav class="menu" id="menu" popover aria-label="Pages">\n${sections.join('\n')}\n</nav>`;
}

/** Renders the table of contents. Returns an empty string for a page with very few headings. */
export function contentsHtml({ headings, width }: Page): string {
  const shown = headings.filter(({ level }) => level === 2 || (level === 3 && headings.length < 25));
  if (width === 'full' || shown.length < 2) return '';
  const items = shown.map(
    ({ level, id, text }) => `<li class="l${level}"><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`,
  );
  return `<nav class="contents" id="contents" popover aria-label="On this page">\n<p>On this page</p>\n<ul>\n${items.join('\n')}\n</ul>\n</nav>`;
}

/** Renders links to the previous and the next page. */
export function neighboursHtml(pages: readonly Page[], current: Page): string {
  const inOrder = sectionsOf(pages).flatMap((section) => section.pages);
  const index = inOrder.findIndex(({ path }) => path === current.path);
  const [before, after] = [inOrder[index - 1], inOrder[index + 1]];
  const link = (page: Page | undefined, rel: string, word: string) =>
    page === undefined
      ? ''
      : `<a rel="${rel}" href="${addressOf(page.path)}"><span>${word}</span> ${escapeHtml(page.title)}</a>`;
  return `<nav class="neighbours" aria-label="Neighbouring pages">${link(before, 'prev', 'Previous')}${link(after, 'next', 'Next')}</nav>`;
}
