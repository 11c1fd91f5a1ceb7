import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commentProblems } from './comments.mjs';

test('a comment line above 120 columns is named with its line', () => {
  const long = `// ${'word '.repeat(24)}`.trimEnd();
  assert.deepEqual(commentProblems(`const a = 1;\n${long}\n`), ['2: the comment has 122 columns, of 120']);
});

test('code, addresses and instructions of tools may be longer', () => {
  const code = `const text = '${'x'.repeat(120)}';`;
  const address = `// https://example.com/${'x'.repeat(120)}`;
  const instruction = `// biome-ignore lint/style: ${'x '.repeat(60)}`;
  assert.deepEqual(commentProblems([code, address, instruction].join('\n')), []);
});

const retired = [
  '/** What a caller sees. */',
  '/** The same with a lock. */',
  ' * Reads the rows. The same\n * for a list.',
  '// A text that\n// is none is refused.',
  '  // Reports what became of it.',
  '// Whoever reads it first wins.',
];
for (const text of retired) {
  test(`retired words are found over line breaks: ${JSON.stringify(text)}`, () => {
    assert.equal(commentProblems(text).length, 1);
  });
}

const kept = [
  '/** Null where there is none. */',
  '/** The same notice gives the same bytes. */',
  '// Says what it does.\n\n// The order\nconst of = 1;',
  "const name = 'What is this';",
];
for (const text of kept) {
  test(`other words stay: ${JSON.stringify(text)}`, () => assert.deepEqual(commentProblems(text), []));
}
