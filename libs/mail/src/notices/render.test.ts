import { expect, test } from '@jest/globals';
import { renderNotice } from './render.ts';

const notice = {
  subject: 'A webhook was disabled',
  paragraphs: ['The platform has disabled it.'],
  items: [{ title: 'Webhook 7', facts: [['Host', 'hooks.example.com']] as const }],
  link: { label: 'More', url: 'https://drip.example/docs?a=1&b=2' },
  reason: 'You are an admin.',
};

test('a notice is the same in text and HTML', () => {
  const { subject, text, html } = renderNotice(notice);
  expect(subject).toBe('A webhook was disabled');
  expect(text).toBe(
    'The platform has disabled it.\n\n* Webhook 7\n  Host: hooks.example.com\n\n' +
      'More:\nhttps://drip.example/docs?a=1&b=2\n\n-- \nYou are an admin.\n',
  );
  expect(html).toContain('<a href="https://drip.example/docs?a=1&amp;b=2">More</a>');
  expect(html).toContain('<strong>Webhook 7</strong><br>Host: hooks.example.com');
});

test.each([
  ['markup', '<img src=x onerror="alert(1)">', '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'],
  ['a quote', "it's", 'it&#39;s'],
  ['lines and headers', 'a\r\nBcc: eve@example.com', 'a Bcc: eve@example.com'],
  ['an order of writing', 'a\u202Eb\u2066c', 'a\\u{202e}b\\u{2066}c'],
  ['nothing to see', 'a\u200Bb\u{E0041}\u3164\uFE0F\0', 'a\\u{200b}b\\u{e0041}\\u{3164}\\u{fe0f}\\u{0}'],
  ['half a character', 'a\uD800', 'a\uFFFD'],
])('%s in a value is shown and does nothing', (_what, value, shown) => {
  const everywhere = {
    subject: value,
    paragraphs: [value],
    items: [{ title: value, facts: [['F', value]] as const }],
    reason: value,
  };
  const { subject, text, html } = renderNotice(everywhere);
  expect(html.split(shown)).toHaveLength(6);
  expect(subject).not.toMatch(/[\r\n]/);
  expect(text.split('\n')).toHaveLength(8);
  expect(html).not.toContain('<img');
});
