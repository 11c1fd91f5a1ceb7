import { expect, test } from '@jest/globals';
import { withReferences } from './references.ts';

const text = '{\n  "include": ["src"],\n  "references": [{ "path": "../old" }]\n}\n';

test('the references of a workspace are replaced, and nothing else', () => {
  const replaced = withReferences(text, ['../a', '../b']);
  expect(JSON.parse(replaced)).toEqual({ include: ['src'], references: [{ path: '../a' }, { path: '../b' }] });
  expect(withReferences(replaced, [])).toBe('{\n  "include": ["src"],\n  "references": []\n}\n');
});

test('a tsconfig.json without references gets those that it needs', () => {
  const bare = '{\n  "include": ["src"]\n}\n';
  expect(withReferences(bare, [])).toBe(bare);
  expect(JSON.parse(withReferences(bare, ['../a']))).toEqual({ include: ['src'], references: [{ path: '../a' }] });
});
