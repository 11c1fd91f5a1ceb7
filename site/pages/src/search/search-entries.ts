import { addressOf, type Page } from '../page/page.ts';

/**
 * Maximum length of an entry's text. A search finds words within the text, and its results show the beginning of the
 * text.
 */
const longestText = 600;

/**
 * Returns the entries for the search in the browser, one line per passage: its address, its title, the title of its
 * page, and its text. The browser builds the index when a person opens the search.
 */
export function searchEntries(pages: readonly Page[]): string {
  const entries = pages.flatMap((page) =>
    page.passages.map(({ id, title, text }) => ({
      id: addressOf(page.path) + (id === '' ? '' : `#${id}`),
      title: title === '' ? page.title : title,
      page: page.title,
      text: (id === '' ? `${page.description} ${text}` : text).replaceAll(/\s+/g, ' ').slice(0, longestText),
    })),
  );
  return `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`;
}
