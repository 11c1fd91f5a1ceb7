import highlight from 'highlight.js/lib/common';
import { escapeHtml } from './escape-html.ts';

/** Info strings for which the highlighter uses a different name. */
const languages: Readonly<Record<string, string>> = { sh: 'bash', console: 'bash', js: 'javascript', ts: 'typescript' };

/**
 * Renders code as HTML. Classes define its colors, because inline styles are forbidden. The block can get the keyboard
 * focus, because it scrolls horizontally.
 */
export function codeBlock(code: string, language: string): string {
  const known = languages[language] ?? language;
  const text = code.replace(/\n$/, '');
  const body =
    highlight.getLanguage(known) === undefined
      ? escapeHtml(text)
      : highlight.highlight(text, { language: known }).value;
  return `<div class="code"><pre tabindex="0"><code>${body}</code></pre></div>\n`;
}
