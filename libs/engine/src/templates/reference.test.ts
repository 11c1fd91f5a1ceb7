import { expect, test } from '@jest/globals';
import { fixtures } from '../fixtures.ts';
import { createMeter } from '../meter.ts';
import { startCompiling } from './compiling.ts';
import { textLiquid } from './liquid.ts';
import { templateFilters, templateOperators, templateTags } from './reference.ts';
import { compileText } from './template.ts';

const now = Date.parse('2026-05-06T08:00:00Z');

test('the catalog lists every tag, filter and operator that there is, and no other', () => {
  const names = (features: readonly { name: string }[]) => features.map(({ name }) => name).sort();
  expect(names(templateTags)).toEqual(Object.keys(textLiquid.tags).sort());
  expect(names(templateFilters)).toEqual(Object.keys(textLiquid.filters).sort());
  expect(names(templateOperators)).toEqual(Object.keys(textLiquid.options.operators).sort());
});

test.each(
  [...templateTags, ...templateFilters, ...templateOperators].map((feature) => [feature.name, feature] as const),
)('the example of %s renders what the catalog says', (name, { description, example, output }) => {
  const identity = { timezone: 'UTC', contactKey: 'c' };
  const scope = { data: fixtures.demo, now, ...identity, warnings: new Set<string>(), meter: createMeter() };
  expect(compileText(example, startCompiling())(scope)).toBe(output);
  expect(example).toContain(name);
  expect(description).toMatch(/^[A-Z].*\.$/);
});
