import { expect, test } from '@jest/globals';
import { fillRegions, table } from './regions.ts';

const page = 'before\n<!-- generated:a -->\nold\n<!-- /generated:a -->\nafter';

test('only the lines of a region are replaced', () => {
  const filled = fillRegions(page, { a: ['new'] });
  expect(filled).toBe('before\n<!-- generated:a -->\n\nnew\n\n<!-- /generated:a -->\nafter');
  expect(fillRegions(filled, { a: ['new'] })).toBe(filled);
});

test.each([
  ['a region that nothing is generated for', page, {}, /Nothing is generated/],
  ['a region that is not closed', '<!-- generated:a -->', { a: [] }, /never closed/],
  ['a region that is closed and not open', '<!-- /generated:a -->', { a: [] }, /out of place/],
  ['a region within another', '<!-- generated:a -->\n<!-- generated:b -->', { a: [], b: [] }, /out of place/],
])('%s is refused', (_, text, regions, problem) => {
  expect(() => fillRegions(text, regions)).toThrow(problem);
});

test('a table escapes what would end a cell', () => {
  expect(table(['a'], [['x | y']])).toEqual(['| a |', '| --- |', '| x \\| y |']);
});
