import { expect, test } from '@jest/globals';
import { replaceRegions } from './regions.ts';

const text = ['before', '# services:a', 'old', '# /services:a', 'after'].join('\n');

test('only the lines of a region are replaced', () => {
  const replaced = replaceRegions(text, { a: ['new', 'newer'] });
  expect(replaced.split('\n')).toEqual(['before', '# services:a', 'new', 'newer', '# /services:a', 'after']);
  expect(replaceRegions(replaced, { a: ['old'] })).toBe(text);
});

test.each([
  ['a region that the text lacks', { a: [], b: [] }, text, /no services:b/],
  ['a region that nothing is generated for', {}, text, /no lines are generated for services:a/],
  ['a region that is not closed', { a: [] }, '# services:a', /never closed/],
  ['an end without a start', { a: [] }, '# /services:a', /not open/],
  ['a region twice', { a: [] }, `${text}\n${text}`, /twice/],
])('%s is refused', (_, regions, damaged, problem) => {
  expect(() => replaceRegions(damaged, regions)).toThrow(problem);
});
