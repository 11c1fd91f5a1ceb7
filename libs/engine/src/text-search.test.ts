import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstIndexOf, lastIndexOf, occurrences, splitBy } from './text-search.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 400 });
/** Parts that occur in a string, almost occur in it, or do not occur in it. */
const searched = fc
  .tuple(letters, fc.nat(300), fc.nat(300), fc.constantFrom('', 'a', 'b'))
  .map(([text, from, length, tail]) => ({
    text: text.repeat(3),
    part: text.repeat(3).slice(from, from + length) + tail,
  }));

test('searches find what the searches of JavaScript find', () => {
  fc.assert(
    fc.property(searched, ({ text, part }) => {
      expect(firstIndexOf(text, part)).toBe(text.indexOf(part));
      expect(lastIndexOf(text, part)).toBe(text.lastIndexOf(part));
      expect(splitBy(text, part)).toEqual(text.split(part));
    }),
    { numRuns: 500 },
  );
});

test('occurrences overlap', () => {
  expect([...occurrences('aaaa', 'aa')]).toEqual([0, 1, 2]);
});
