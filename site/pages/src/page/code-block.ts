import highlight from 'highlight.js/lib/common';
import { escapeHtml } from './escape-html.ts';

/** Words of info strings that the highlighter knows by another name. */
const languages: Readonly<Record<string, string>> = { sh: 'bash', console: 'bash', js: 'javascript', ts: 'typescript' };

/**
 * Code as HTML, coloured by classes: styles within elements are forbidden. The block can be reached by the keyboard,
 * because it scrolls sideways.
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
