import { type JsonObject, parseJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { bindPreview } from './binding.ts';

const bind = (text: string) => bindPreview(parseJson(text) as JsonObject);

test('a preview is bound as canonical JSON, whatever the order and the spaces it came with', () => {
  const bound = bind('{ "to": "ada@example.com", "fields": { "b": [1.50, true], "a": "\\u00e9" } }');
  expect(bound.text).toBe('{"fields":{"a":"é","b":[1.5,true]},"to":"ada@example.com"}');
  expect(bind('{"fields":{"b":[15e-1,true],"a":"é"},"to":"ada@example.com"}')).toEqual(bound);
  // Computed with an independent tool: printf '{"a":1}' | sha256sum
  expect(bind('{"a":1}').binding).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
});

test.each([
  ['{"n":9007199254740993}', '{"n":9007199254740992}'],
  ['{"n":0.1000000000000000055}', '{"n":0.1}'],
  ['{"n":1e-400}', '{"n":0}'],
  ['{"n":1e400}', '{"n":2e400}'],
  ['{"a":{"b":1}}', '{"a":{"c":1}}'],
  ['{"a":[1,2]}', '{"a":[2,1]}'],
  ['{"a":"1"}', '{"a":1}'],
  ['{"__proto__":{"to":"x"}}', '{}'],
])('%s and %s have different bindings', (one, other) => {
  expect(bind(one).binding).not.toBe(bind(other).binding);
});

test('a bound preview is read again as it is', () => {
  const { text, binding } = bind('{"n":9007199254740993,"m":1.0,"k":123456789012345e3}');
  expect(text).toBe('{"k":123456789012345000,"m":1,"n":"9007199254740993"}');
  expect(bind(text)).toEqual({ text, binding });
});
