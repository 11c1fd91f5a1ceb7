import { expect, test } from '@jest/globals';
import { createMeter, stepUnits } from '../meter.ts';
import { definitionBounds, startCompiling, TooManyTags } from './compiling.ts';
import { compileJson } from './json-template.ts';
import { compileText, templateProblem } from './template.ts';

/** Returns the costs of compiling a string. */
function taken(text: string) {
  const compiling = startCompiling();
  compileText(text, compiling);
  const { meter, tags, words, bytes } = compiling;
  return { units: meter.spent, tags, words, bytes };
}

test.each([
  ['text', 'plain text {', 0, 0],
  ['an output', 'Hi {{ first_name }}', 1, 1],
  ['a path', '{{ a.b.c }}', 1, 5],
  ['filters', '{{ a | upcase | append: "!" }}', 1, 9],
  ['operands', '{{ a | plus: b, c, d }}', 1, 9],
  ['tags', '{% if a == 1 %}x{% endif %}', 2, 6],
  ['text in quotes', '{{ "a b" }}', 1, 4],
  ['what is no ASCII', '{{ a | append: "é\u00a0é" }}', 1, 9],
])('the tags of %s, and the words and signs in them, are counted', (_name, text, tags, words) => {
  expect(taken(text)).toMatchObject({ tags, words });
});

test.each([
  ['operands', (count: number) => `{{ a | plus: ${'b, '.repeat(count)}b }}`],
  ['filters', (count: number) => `{{ a${' | abs'.repeat(count)} }}`],
  ['conditions', (count: number) => `{% if a${' or a'.repeat(count)} %}{% endif %}`],
  ['alternatives', (count: number) => `{% case a %}{% when a${', a'.repeat(count)} %}{% endcase %}`],
  ['properties', (count: number) => `{{ a${'.b'.repeat(count)} | upcase }}`],
  ['a quote that Liquid passes', (count: number) => `{% assign x = a[b '] | plus: ${'b, '.repeat(count)}b %}`],
])('%s of one tag are charged and weighed for each', (_name, make) => {
  const [few, many] = [taken(make(100)), taken(make(1_100))];
  expect(many.units - few.units).toBeGreaterThan(1_000 * 20);
  expect(many.bytes - few.bytes).toBeGreaterThan(1_000 * 150);
});

test('a template that is only text and variables keeps nothing of Liquid', () => {
  expect(taken('{{ a }}'.repeat(1_000)).bytes).toBeLessThan(taken('{{ a | upcase }}'.repeat(1_000)).bytes / 5);
});

test('nothing is parsed that the meter does not allow', () => {
  const text = `{{ a | plus: ${'b, '.repeat(50_000)}b }}`;
  const compiling = startCompiling(createMeter(500_000));
  expect(() => compileText(text, compiling)).toThrow('work_limit_exceeded');
  expect(compiling.meter.spent).toBe(500_000);
});

test.each([
  ['tags and outputs', '{{ a }}', definitionBounds.tags],
  ['words and signs', `{{ a${' b'.repeat(7)} }}`, definitionBounds.words / 8],
])(
  '%s of texts that are compiled together are bounded: as many as the bound, and not one more',
  (_name, text, count) => {
    const compiling = startCompiling(undefined, definitionBounds);
    for (let index = 0; index < count; index++) templateProblem(text, compiling);
    expect(() => templateProblem('{{ a }}', compiling)).toThrow(TooManyTags);
  },
);

test('compiling what fits the bounds of a definition takes no more than a step may', () => {
  const outputs = definitionBounds.tags - 1;
  const others = definitionBounds.words - outputs;
  const text = `${'{{a}}'.repeat(outputs)}{{a${' b'.repeat(others - 1)}}}`;
  const compiling = startCompiling(undefined, definitionBounds);
  templateProblem(text + ' '.repeat(256 * 1024 - text.length), compiling);
  expect(compiling.words).toBe(definitionBounds.words);
  expect(compiling.meter.spent).toBeLessThanOrEqual(stepUnits);
});

test('a JSON value is looked at once, however deep its templates are', () => {
  const deep = (depth: number) => {
    let value: unknown = [...Array.from({ length: 1_000 }, () => 1), '{{ a }}'];
    for (let at = 0; at < depth; at++) value = [value];
    const compiling = startCompiling();
    compileJson(value as never, compiling);
    return compiling.meter.spent;
  };
  expect(deep(60)).toBeLessThan(deep(1) * 1.2);
});
