import { addressOf, type Page } from '../page/page.ts';

/** The longest text of an entry: a search finds the words of a passage, and shows its beginning. */
const longestText = 600;

/**
 * What the search of the browser finds, one line for each passage: its address, its title, the title of its page, and
 * its text. The browser makes the index of them, when somebody opens the search.
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
