import { expect, test } from '@jest/globals';
import { wrap } from './lines.ts';
import { directionOf, oneLine, runsOf } from './runs.ts';

const drawn = (line: string) => runsOf(line, directionOf(line)).map(({ text, font }) => `${font}:${text}`);

test.each<[string, string, string[]]>([
  ['one script is one run', 'Acme, 40 seats', ['sans:Acme, 40 seats']],
  ['Chinese has its font', 'Acme 張偉 Ltd', ['sans:Acme ', 'cjk:張偉', 'sans: Ltd']],
  ['kana and Hangul too', 'カナ한국', ['cjk:カナ한국']],
  ['Hebrew is one run, which the font turns', 'שלום עולם', ['sans:שלום עולם']],
  ['Latin in Hebrew stands to the left of what comes before it', 'שלום Acme', ['sans:Acme', 'sans:שלום ']],
  ['Hebrew in Latin keeps its place', 'Acme שלום Ltd', ['sans:Acme ', 'sans:שלום', 'sans: Ltd']],
  ['digits in Hebrew read from the left', 'שלום 123 עולם', ['sans: עולם', 'sans:123', 'sans:שלום ']],
  [
    'brackets beside Latin in Hebrew are turned',
    'שלום 2026 (Acme)',
    ['sans:(', 'sans:Acme', 'sans:) ', 'sans:2026', 'sans:שלום '],
  ],
  ['brackets are mirrored', 'שלום (א)', ['sans:שלום )א(']],
  ['a sign that one font lacks has the other', '㈱カナ ₪', ['cjk:㈱カナ', 'sans: ₪']],
  ['nothing has no runs', '', []],
])('%s', (_what, line, runs) => {
  expect(drawn(line)).toEqual(runs);
});

test('a line has the direction of the whole text', () => {
  const lines = wrap('שלום Acme Ltd.', { width: 9, most: 3, measure: (text) => text.length });
  expect(lines).toEqual([
    { text: 'שלום Acme', direction: 'rtl' },
    { text: 'Ltd.', direction: 'rtl' },
  ]);
  expect(runsOf('Ltd.', 'rtl').map(({ text }) => text)).toEqual(['.', 'Ltd']);
});

test('a sign that no font has is a box, with its marks', () => {
  expect(oneLine('👩‍👩‍👧 हि é \u0065\u0301 😀')).toBe('□ □ é \u0065\u0301 😀');
});

test('a text is one line, without characters that turn others around', () => {
  expect(oneLine('a\r\nb\tc\u202Ed\u0000e\uD800')).toBe('a b cde\uFFFD');
  expect(['Acme', 'שלום Acme'].map(directionOf)).toEqual(['ltr', 'rtl']);
});
