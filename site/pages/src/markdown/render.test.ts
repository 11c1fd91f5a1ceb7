import { expect, test } from '@jest/globals';
import { renderPage, renderText } from './render.ts';

test('a heading has the id of its words, a number where they repeat, or the id that it chooses', () => {
  const { headings, html } = renderPage('## Two words\n\n## Two words\n\n### `busy` {#busy}\n', 'index');
  expect(headings.map(({ id }) => id)).toEqual(['two-words', 'two-words-2', 'busy']);
  expect(html).toContain('<h3 id="busy"><a class="heading" href="#busy"><code>busy</code></a></h3>');
});

test('nothing of a page is styled within an element', () => {
  const { html } = renderPage('| a | b |\n| --- | ---: |\n| 1 | 2 |\n\n```sh\necho "$A" # a\n```\n', 'index');
  expect(html).toContain('hljs-');
  expect(html).toContain('<td class="right">2</td>');
  expect(html).not.toContain('style=');
});

test('a text of the protos shows what looks like HTML', () => {
  expect(renderText('Types of `<noun>.*` and <script>alert(1)</script>')).not.toContain('<script');
});

test('a passage is the text below its heading', () => {
  const { passages } = renderPage('Before.\n\n## A\n\nOf *a*.\n\n## B\n\nOf b.\n', 'index');
  expect(passages).toEqual([
    { id: '', title: '', text: 'Before.' },
    { id: 'a', title: 'A', text: 'Of a .' },
    { id: 'b', title: 'B', text: 'Of b.' },
  ]);
});
