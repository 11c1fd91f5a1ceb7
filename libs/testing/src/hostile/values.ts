import type { Random } from './random.ts';

/** Input of a hostile shape in any size. `size` is roughly the length of its JSON. */
export type Hostile<T> = { name: string; make(size: number): T };

const units = [
  ...[' ', '\n', '\r\n', 'a ', '\u00e9', '\u{1f600}', '\u0130'],
  ...'1 0 a < > & " \' % \\ , . - = {{ {% [ { ( / | : ; a, a. 1e -1 %41 <b <!-- <script &amp; -- =? @a'.split(' '),
];

/** Texts on which parsers, searches and patterns are known to be slow. */
export const hostileTexts: readonly Hostile<string>[] = units.map((unit) => ({
  name: `${JSON.stringify(unit)} again and again`,
  make: (size) => unit.repeat(size / unit.length),
}));

/** Texts whose characters are equal except in one place or near the end. */
const almostTexts: readonly Hostile<string>[] = [
  { name: 'digits and a letter', make: (size) => `${'1'.repeat(size)}x` },
  { name: 'a number with many zeros', make: (size) => `${'0'.repeat(size / 2)}1${'0'.repeat(size / 2)}1` },
  { name: 'a fraction', make: (size) => `0.${'9'.repeat(size)}` },
  { name: 'a letter amid others', make: (size) => `${'a'.repeat(size / 2)}b${'a'.repeat(size / 2)}` },
  { name: 'a space before letters', make: (size) => `${' '.repeat(size)}x` },
  { name: 'an exponent', make: (size) => `1e${'1'.repeat(size)}` },
  { name: 'base64', make: (size) => `${'A'.repeat(size - (size % 4))}====` },
];

const allTexts = [...hostileTexts, ...almostTexts];

/** Returns JSON values of hostile shapes: long, wide, deep, and with hostile texts inside. */
export function hostileValues(random: Random): Hostile<unknown>[] {
  const text = random.pick(allTexts);
  return [
    random.pick(hostileTexts),
    random.pick(almostTexts),
    { name: 'a number', make: (size) => size },
    { name: 'null', make: () => null },
    { name: 'numbers', make: (size) => Array.from({ length: size / 2 }, (_, index) => index % 10) },
    { name: 'empty arrays', make: (size) => Array.from({ length: size / 3 }, () => []) },
    { name: 'empty objects', make: (size) => Array.from({ length: size / 3 }, () => ({})) },
    { name: 'equal short texts', make: (size) => Array.from({ length: size / 4 }, () => 'a') },
    {
      name: 'many keys',
      make: (size) => Object.fromEntries(Array.from({ length: size / 9 }, (_, index) => [`k${index}`, 1])),
    },
    { name: 'records', make: (size) => Array.from({ length: size / 12 }, (_, index) => ({ x: index, y: 'b' })) },
    { name: `one text: ${text.name}`, make: (size) => [text.make(size)] },
    { name: `a member: ${text.name}`, make: (size) => ({ x: text.make(size) }) },
    { name: 'arrays in arrays', make: (size) => nested(size, (inner) => [inner]) },
    { name: 'objects in objects', make: (size) => nested(size, (inner) => ({ x: inner })) },
  ];
}

/** Returns a value that is nested as deep as a request may be, with the requested size at the innermost place. */
function nested(size: number, around: (inner: unknown) => unknown): unknown {
  let value: unknown = Array.from({ length: size / 2 }, () => 1);
  for (let depth = 0; depth < 50; depth++) value = around(value);
  return value;
}

/** Texts that are not valid JSON, such as endless brackets, or whose value a parser should not keep. */
export const hostileJson: readonly Hostile<string>[] = [
  { name: 'open arrays', make: (size) => '['.repeat(size) },
  { name: 'open objects', make: (size) => '{"a":'.repeat(size / 5) },
  { name: 'closed arrays', make: (size) => '['.repeat(size / 2) + ']'.repeat(size / 2) },
  { name: 'objects and arrays', make: (size) => `${'{"a":['.repeat(size / 8)}1${']}'.repeat(size / 8)}` },
  { name: 'a text without end', make: (size) => `"${'a'.repeat(size)}` },
  { name: 'escapes', make: (size) => `"${'\\u0041'.repeat(size / 6)}"` },
  { name: 'texts that cannot be stored', make: (size) => `[${'"\\u0000",'.repeat(size / 9)}1]` },
  { name: 'the same key', make: (size) => `{${'"a":1,'.repeat(size / 6)}"a":1}` },
  { name: 'dangerous keys', make: (size) => `{${'"__proto__":1,'.repeat(size / 14)}"a":1}` },
  {
    name: 'a long key above problems',
    make: (size) => `{"${'k'.repeat(size / 2)}":[${'"\\ud800",'.repeat(size / 18)}1]}`,
  },
  { name: 'numbers of many digits', make: (size) => `[${'1.50,'.repeat(size / 5)}1]` },
  { name: 'one number', make: (size) => '1'.repeat(size) },
  { name: 'spaces', make: (size) => `${' '.repeat(size)}1` },
  { name: 'commas', make: (size) => `[${','.repeat(size)}` },
];
