import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { dressMail, type UndressedMail } from './dress-mail.ts';
import { createLinks } from './links.ts';

const links = createLinks({ trackingKeys: randomBytes(32).toString('base64'), publicUrl: 'https://drip.example.com' });
const mail: UndressedMail = {
  organizationId: 1n,
  deliveryKey: 'e:s:1',
  mode: 'live',
  html: '<p>x</p>',
  text: 'x',
  trackOpens: true,
  trackClicks: true,
  marketing: true,
};
const dress = (html: string, more: Partial<UndressedMail> = {}) =>
  dressMail({ links }, { ...mail, trackOpens: false, marketing: false, ...more, html }).html;

/** Returns the HTML with each tracked link replaced by its target address. */
function undress(html: string | undefined): string {
  return (html ?? '').replaceAll(
    /href="https:\/\/drip\.example\.com\/track\/n\/click\?token=([\w-]+)"/g,
    (_, token) => {
      return `href=[${links.read('click', token)?.url}]`;
    },
  );
}

test.each([
  ['<a href="https://a.example/?x=1&amp;y=2">A</a>', '<a href=[https://a.example/?x=1&y=2]>A</a>'],
  ["<A class=q HREF='http://b.example'>B</A>", '<A class=q href=[http://b.example/]>B</A>'],
  ['<a href=http://c.example/c target=_blank>C</a>', '<a href=[http://c.example/c] target=_blank>C</a>'],
  ['<map><area href="https://d.example/"></map>', '<map><area href=[https://d.example/]></map>'],
  ['<a href=" https://e.exa\nmple/ ">E</a>', '<a href=[https://e.example/]>E</a>'],
  ['<a href="https://ü.example/ü">U</a>', '<a href=[https://xn--tda.example/%C3%BC]>U</a>'],
])('%s is tracked, and all else keeps its bytes', (html, expected) => {
  expect(undress(dress(`<p>before</p>${html}<p>after</p>`))).toBe(`<p>before</p>${expected}<p>after</p>`);
});

test.each([
  '<a href="mailto:a@b.example">',
  '<a href="tel:+1">',
  '<a href="#top">',
  '<a href="/relative">',
  '<a href="//host.example/">',
  '<a href="javascript:alert(1)">',
  '<a href="data:text/html,x">',
  '<a href>',
  '<link href="https://a.example/style.css">',
  '<!-- <a href="https://a.example/"> -->',
  '<style>a[href="https://a.example/"] { color: red }</style>',
  '<script>"<a href=\'https://a.example/\'>"</script>',
  '<a data-x=\'<a href="https://a.example/">\'>',
  `<a href="https://a.example/${'x'.repeat(5_000)}">`,
  '<a href="https://drip.example.com/track/n/unsubscribe?token=x">',
  '<a href="https://a.example',
])('%s stays as it is', (html) => {
  expect(dress(html)).toBe(html);
});

test('pixel and link to unsubscribe are at the end of the body, and of the text the link alone', () => {
  const html = '<html><body><p>Hi</p></body></html>';
  const dressed = dressMail({ links }, { ...mail, html, text: 'Hi\n' });
  const url = dressed.listUnsubscribe?.url ?? '';
  expect(url).toMatch(/^https:\/\/drip\.example\.com\/track\/n\/unsubscribe\?token=[\w-]+$/);
  expect(dressed.html).toMatch(
    /^<html><body><p>Hi<\/p><p [^>]*><a href="[^"]*unsubscribe\?token=[\w-]+">Unsubscribe<\/a><\/p><img [^>]*pixel\.gif\?token=[^>]*><\/body><\/html>$/,
  );
  expect(dressed.text).toBe(`Hi\n\n-- \nUnsubscribe: ${url}\n`);
});

test('what is not asked for is not added, and the same mail has the same bytes', () => {
  const plain = {
    ...mail,
    trackOpens: false,
    trackClicks: false,
    marketing: false,
    html: '<a href="https://a.example/">',
  };
  expect(dressMail({ links }, plain)).toEqual({ html: plain.html, text: 'x', listUnsubscribe: undefined });
  expect(dressMail({ links }, { ...mail, html: undefined }).html).toBeUndefined();
  expect(dressMail({ links }, mail)).toEqual(dressMail({ links }, { ...mail }));
});

test('a megabyte of open tags is rewritten in linear time', () => {
  const html = '<b><a href="https://a.example/">'.repeat(32_000);
  expect(dress(html)?.match(/\/track\/n\/click/g)).toHaveLength(32_000);
});
