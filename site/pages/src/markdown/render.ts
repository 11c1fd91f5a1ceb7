import MarkdownIt, { type MarkdownIt as Markdown, type Token } from 'markdown-it';
import { codeBlock } from '../page/code-block.ts';
import { escapeHtml, textOf } from '../page/escape-html.ts';
import type { Heading, Passage } from '../page/page.ts';
import { resolveLink } from './links.ts';
import { createSlugs } from './slugs.ts';

/** Markdown rendered as HTML, with the headings for menus and the passages for the search. */
export type Rendered = { html: string; headings: Heading[]; passages: Passage[] };

/** Pages may contain HTML. In texts of the protos HTML is not allowed, because `<noun>` is literal text in them. */
const ofPages = createMarkdown({ html: true });
const ofProtos = createMarkdown({ html: false });

/** Renders the Markdown of a page at `path`. */
export function renderPage(markdown: string, path: string): Rendered {
  const env = { path };
  const tokens = ofPages.parse(markdown, env);
  const headings = nameHeadings(tokens);
  return {
    html: ofPages.renderer.render(tokens, ofPages.options, env),
    headings,
    passages: passagesOf(tokens, headings, (part) => textOf(ofPages.renderer.render(part, ofPages.options, env))),
  };
}

/** Renders a text of the protos, which is Markdown with paragraphs and code. */
export function renderText(markdown: string): string {
  return ofProtos.render(markdown, { path: 'api/text' });
}

/** Renders a text of the protos within a line, without paragraphs. */
export function renderInline(markdown: string): string {
  return ofProtos.renderInline(markdown, { path: 'api/text' });
}

function createMarkdown(options: { html: boolean }): Markdown {
  const markdown = new MarkdownIt(options);
  const { rules } = markdown.renderer;
  rules['fence'] = (tokens, index) => {
    const { content = '', info = '' } = tokens[index] ?? {};
    return codeBlock(content, info.trim().split(/\s+/)[0] ?? '');
  };
  rules['table_open'] = () => '<div class="table" tabindex="0"><table>\n';
  rules['table_close'] = () => '</table></div>\n';
  // Columns cannot be aligned, because that would need inline styles, which the policy forbids.
  rules['th_open'] = (tokens, index) => cellTag(tokens[index]);
  rules['td_open'] = (tokens, index) => cellTag(tokens[index]);
  rules['heading_open'] = (tokens, index) => {
    const { tag = 'h2', attrGet } = withAttributes(tokens[index]);
    return `<${tag} id="${escapeHtml(attrGet('id'))}"><a class="heading" href="#${escapeHtml(attrGet('id'))}">`;
  };
  rules['heading_close'] = (tokens, index) => `</a></${tokens[index]?.tag ?? 'h2'}>\n`;
  rules['link_open'] = (tokens, index, opts, env, self) => {
    const token = tokens[index];
    token?.attrSet('href', resolveLink(String(token.attrGet('href')), String(env?.['path']), 'html'));
    return self.renderToken(tokens, index, opts);
  };
  return markdown;
}

function cellTag(token: Token | undefined): string {
  const side = /^text-align:(center|right)$/.exec(String(token?.attrGet('style')))?.[1];
  return side === undefined ? `<${token?.tag}>` : `<${token?.tag} class="${side}">`;
}

function withAttributes(token: Token | undefined): { tag: string | undefined; attrGet(name: string): string } {
  return { tag: token?.tag, attrGet: (name) => String(token?.attrGet(name) ?? '') };
}

/** Assigns each heading its id: the `{#id}` at the end of the heading, or else an id made of the heading's words. */
function nameHeadings(tokens: readonly Token[]): Heading[] {
  const slug = createSlugs();
  return tokens.flatMap((token, index) => {
    const inline = tokens[index + 1];
    if (token.type !== 'heading_open' || inline === undefined) return [];
    if (inline.children?.some(({ type }) => type === 'link_open')) {
      throw new Error(`A heading is a link to itself and can contain no other: ${inline.content}`);
    }
    const last = inline.children?.at(-1);
    const [mark, chosen] = /\s*\{#([\w.-]+)\}$/.exec(last?.content ?? '') ?? [];
    if (last !== undefined && mark !== undefined) last.content = last.content.slice(0, -mark.length);
    const text = (inline.children ?? []).map(({ content }) => content).join('');
    const id = chosen ?? slug(text);
    token.attrSet('id', id);
    return [{ level: Number(token.tag.slice(1)), id, text }];
  });
}

/** Collects the text below each heading, and the text before the first heading. */
function passagesOf(
  tokens: readonly Token[],
  headings: readonly Heading[],
  textOfTokens: (part: Token[]) => string,
): Passage[] {
  const starts = tokens.flatMap((token, index) => (token.type === 'heading_open' ? [index] : []));
  const parts = [0, ...starts.map((start) => start + 3)].map((start, index) =>
    tokens.slice(start, starts[index] ?? tokens.length),
  );
  return parts.map((part, index) => {
    const heading = headings[index - 1];
    return { id: heading?.id ?? '', title: heading?.text ?? '', text: textOfTokens(part) };
  });
}
