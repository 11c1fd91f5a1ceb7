import { expect, test } from '@jest/globals';
import { addFooter } from './footer.ts';

test('the postal address stands at the end of the body, whatever letters come before it', () => {
  const { html } = addFooter({ html: '<body>İİİ</body><p></BODY></html>', text: '' }, 'Main <St> 1\nBerlin');
  expect(html).toMatch(/^<body>İİİ<\/body><p><p style="[^"]*">Main &lt;St&gt; 1<br>Berlin<\/p><\/BODY><\/html>$/);
});

test('without a body the address stands at the end, and a text has it too', () => {
  const body = { html: '<p>Hello</p>', text: 'Hello\n\n' };
  expect(addFooter(body, 'Berlin')).toMatchObject({ text: 'Hello\n\nBerlin\n' });
  expect(addFooter(body, 'Berlin').html).toMatch(/^<p>Hello<\/p><p [^>]*>Berlin<\/p>$/);
  expect(addFooter({ html: undefined, text: '' }, 'Berlin').html).toBeUndefined();
  expect(addFooter(body, null)).toEqual(body);
});
