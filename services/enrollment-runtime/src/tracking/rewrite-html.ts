import { escapeHtml } from '@drippulse/service/pages';
import { Tokenizer } from 'htmlparser2';

export type Rewriting = {
  /** Returns the new address of a link; undefined leaves the link as it is. */
  hrefOf(href: string): string | undefined;
  /** HTML for the end of the body. */
  ending: string;
};

/** Elements whose `href` a reader follows. */
const linkElements = new Set(['a', 'area']);

/**
 * Replaces the addresses of links, and adds HTML at the end of the body. An HTML tokenizer finds the attributes, and
 * only these are replaced, so all other bytes stay as they are. Links in comments, styles and scripts are ignored. The
 * time is linear for any HTML, because no tree is built.
 */
export function rewriteHtml(html: string, { hrefOf, ending }: Rewriting): string {
  const pieces: string[] = [];
  let copied = 0;
  let element = '';
  let attribute = { name: '', start: 0, value: '' };
  let end = html.length;
  const replace = (from: number, to: number, text: string) => {
    pieces.push(html.slice(copied, from), text);
    copied = to;
  };
  const nameAt = (from: number, to: number) => html.slice(from, to).toLowerCase();
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      ...ignored,
      onopentagname(from, to) {
        element = nameAt(from, to);
      },
      onattribname(from, to) {
        attribute = { name: nameAt(from, to), start: from, value: '' };
      },
      onattribdata(from, to) {
        attribute.value += html.slice(from, to);
      },
      onattribentity(codePoint) {
        attribute.value += String.fromCodePoint(codePoint);
      },
      // The end is after the closing quote, if there is one.
      onattribend(_quote, to) {
        if (attribute.name !== 'href' || !linkElements.has(element)) return;
        const href = hrefOf(attribute.value);
        if (href !== undefined) replace(attribute.start, to, `href="${escapeHtml(href)}"`);
      },
      onclosetag(from, to) {
        if (nameAt(from, to) === 'body') end = from - '</'.length;
      },
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  if (ending !== '') replace(end, end, ending);
  return pieces.join('') + html.slice(copied);
}

const nothing = () => undefined;

/** Tokenizer callbacks for tokens that are ignored. */
const ignored = {
  oncdata: nothing,
  oncomment: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onopentagend: nothing,
  onprocessinginstruction: nothing,
  onselfclosingtag: nothing,
  ontext: nothing,
  ontextentity: nothing,
};
