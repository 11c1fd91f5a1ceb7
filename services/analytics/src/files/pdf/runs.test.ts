import { expect, test } from '@jest/globals';
import { isRightToLeft, oneLine, runsOf } from './runs.ts';

const drawn = (line: string) => runsOf(line).map(({ text, font }) => `${font}:${text}`);

test.each<[string, string, string[]]>([
  ['one script is one run', 'Acme, 40 seats', ['sans:Acme, 40 seats']],
  ['Chinese has its font', 'Acme 張偉 Ltd', ['sans:Acme ', 'cjk:張偉', 'sans: Ltd']],
  ['kana and Hangul too', 'カナ한국', ['cjk:カナ한국']],
  ['Hebrew is one run, which the font turns', 'שלום עולם', ['sans:שלום עולם']],
  ['Latin in Hebrew stands to the left of what comes before it', 'שלום Acme', ['sans:Acme', 'sans:שלום ']],
  ['Hebrew in Latin keeps its place', 'Acme שלום Ltd', ['sans:Acme ', 'sans:שלום', 'sans: Ltd']],
  ['digits in Hebrew read from the left', 'שלום 123 עולם', ['sans: עולם', 'sans:123', 'sans:שלום ']],
  ['brackets are mirrored', 'שלום (א)', ['sans:שלום )א(']],
  ['nothing has no runs', '', []],
])('%s', (_what, line, runs) => {
  expect(drawn(line)).toEqual(runs);
});

test('a text is one line, without characters that turn others around', () => {
  expect(oneLine('a\r\nb\tc\u202Ed\u0000e\uD800')).toBe('a b cde\uFFFD');
  expect([isRightToLeft('Acme'), isRightToLeft('שלום Acme')]).toEqual([false, true]);
});
