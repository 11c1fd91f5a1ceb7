/** A heading of a page, to which other pages can link. */
export type Heading = { level: number; id: string; text: string };

/** Text of a page below one heading, for the search. */
export type Passage = { id: string; title: string; text: string };

/** A page of the site, both as Markdown and as HTML. */
export type Page = {
  /** Path below `/docs` without an extension, such as `api/webhooks`; `index` is the home page. */
  path: string;
  title: string;
  /** Title for menus, which may be shorter than `title`. */
  label: string;
  /** One sentence, shown below the title, in search results and in `llms.txt`. */
  description: string;
  /** Group in the menu. The groups have the order of their first pages. */
  section: string;
  order: number;
  /** Whether an agent with little context may skip the page. Optional pages are in the last list of `llms.txt`. */
  isOptional: boolean;
  /** The page as Markdown, without its title. */
  markdown: string;
  /** The page as HTML, without its title. */
  html: string;
  headings: Heading[];
  passages: Passage[];
  /** Width of the page: text with a table of contents, reference, or full width. */
  width: 'text' | 'reference' | 'full';
};

/** Returns the address of a page. */
export function addressOf(path: string): string {
  return path === 'index' ? '/docs' : `/docs/${path}.html`;
}

/** Returns the address of a page's Markdown twin. */
export function twinOf(path: string): string {
  return `/docs/${path}.md`;
}
