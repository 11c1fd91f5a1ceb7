/** A heading of a page that other pages can link to. */
export type Heading = { level: number; id: string; text: string };

/** Text of a page below one heading, for the search. */
export type Passage = { id: string; title: string; text: string };

/** A page of the site, in both forms. */
export type Page = {
  /** Path below `/docs` without an ending, such as `api/webhooks`; `index` is the home. */
  path: string;
  title: string;
  /** The title in menus, where that is shorter. */
  label: string;
  /** One sentence: below the title, in results of a search and in `llms.txt`. */
  description: string;
  /** Group of the menu. The groups have the order of their first pages. */
  section: string;
  order: number;
  /** Whether an agent that is short of room may skip it; the last list of `llms.txt`. */
  isOptional: boolean;
  /** The page as Markdown, without its title. */
  markdown: string;
  /** The page as HTML, without its title. */
  html: string;
  headings: Heading[];
  passages: Passage[];
  /** Columns of the page: text with a table of contents, or the full width. */
  width: 'text' | 'reference' | 'full';
};

/** The address of a page. */
export function addressOf(path: string): string {
  return path === 'index' ? '/docs' : `/docs/${path}.html`;
}

/** The address of its Markdown twin. */
export function twinOf(path: string): string {
  return `/docs/${path}.md`;
}
