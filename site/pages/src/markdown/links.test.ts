import { expect, test } from '@jest/globals';
import { resolveLink, resolveTwinLinks } from './links.ts';

test.each([
  ['webhooks.md', 'crm', '/docs/webhooks.html', '/docs/webhooks.md'],
  ['./webhooks.html#ordering', 'crm', '/docs/webhooks.html#ordering', '/docs/webhooks.md#ordering'],
  ['../errors.md#busy', 'api/webhooks', '/docs/errors.html#busy', '/docs/errors.md#busy'],
  ['/docs/errors', 'index', '/docs/errors.html', '/docs/errors.md'],
  ['index.md', 'crm', '/docs', '/docs/index.md'],
  ['/docs', 'crm', '/docs', '/docs/index.md'],
  ['/docs/skills/connect/SKILL.md', 'crm', '/docs/skills/connect/SKILL.md', '/docs/skills/connect/SKILL.md'],
  [
    '/docs/skills/drippulse-openapi-v1.json',
    'crm',
    '/docs/skills/drippulse-openapi-v1.json',
    '/docs/skills/drippulse-openapi-v1.json',
  ],
  ['/llms.txt', 'crm', '/llms.txt', '/llms.txt'],
  ['#here', 'crm', '#here', '#here'],
  ['https://example.com/docs/errors', 'crm', 'https://example.com/docs/errors', 'https://example.com/docs/errors'],
])('the link %s of the page %s leads to %s, and to %s in the twin', (href, from, html, markdown) => {
  expect(resolveLink(href, from, 'html')).toBe(html);
  expect(resolveLink(href, from, 'markdown')).toBe(markdown);
});

test('a twin keeps its code as it is', () => {
  const code = '```md\n[a](b.md)\n```\nand `[a](b.md)`';
  expect(resolveTwinLinks(`[a](b.md)\n\n${code}`, 'index')).toBe(`[a](/docs/b.md)\n\n${code}`);
});
