import { resolveTwinLinks } from '../markdown/links.ts';
import { renderPage } from '../markdown/render.ts';
import type { Page } from '../page/page.ts';
import { splitFrontMatter } from './front-matter.ts';

/** Matches notes for editors of the page, such as the marks of generated regions, with the empty lines after them. */
const commentLines = /^<!--(?:(?!-->)[\s\S])*-->\n+/gm;

/**
 * Reads a hand-written page in Markdown. Its front matter has `title`, `description`, `section` and `order`, and may
 * have `label` and `optional`. If the first heading repeats the title, it is left out.
 */
export function contentPage(path: string, text: string): Page {
  const { fields, body } = splitFrontMatter(text);
  const required = (name: string): string => {
    const value = fields[name];
    if (typeof value !== 'string' || value === '') throw new Error(`${path}.md: the front matter needs "${name}"`);
    return value;
  };
  const order = fields['order'];
  if (typeof order !== 'number') throw new Error(`${path}.md: the front matter needs the number "order"`);
  const title = required('title');
  return markdownPage({
    path,
    title,
    label: typeof fields['label'] === 'string' ? fields['label'] : title,
    description: required('description'),
    section: required('section'),
    order,
    isOptional: fields['optional'] === true,
    markdown: body.replaceAll(commentLines, '').replace(/^# .*\n+/, ''),
  });
}

/** Makes a page from Markdown. */
export function markdownPage(page: Omit<Page, 'html' | 'headings' | 'passages' | 'width'>): Page {
  const rendered = renderPage(page.markdown, page.path);
  return { ...page, ...rendered, markdown: resolveTwinLinks(page.markdown, page.path), width: 'text' };
}
