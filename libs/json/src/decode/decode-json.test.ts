import {
  EchoRequestSchema,
  EitherRequestSchema,
  PatchRequestSchema,
} from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import { refusal } from '../../test/refusal.ts';
import { decodeJson } from './decode-json.ts';

const echo = (text: string) => decodeJson(EchoRequestSchema, text, { method: 'POST', wrapper: 'probe' });
const patch = (text: string) =>
  decodeJson(PatchRequestSchema, text, { method: 'PATCH', wrapper: 'item', path: { id: '4' } });
const textOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

test('a body fills fields of every kind', () => {
  const item = `{"id": 7, "name": "n", "color": "dark_blue", "weight": -1.5e1, "ready": false, "count": 3,
    "extra": {"a": [1]}, "tags": ["x", "y"], "at": "2026-04-02T14:00:00.25+02:00", "child": {"id": 8},
    "children": [{"id": 9}, {}], "blob": "aGk=", "sizes": {"s": 1}}`;
  expect(echo(`{"name": "é\\ud83d\\ude00\\n", "item": ${item}}`)).toMatchObject({
    name: 'é😀\n',
    item: {
      id: 7n,
      name: 'n',
      color: 2,
      weight: -15,
      ready: false,
      count: 3,
      extra: new TextEncoder().encode('{"a": [1]}'),
      tags: ['x', 'y'],
      at: { seconds: BigInt(Date.UTC(2026, 3, 2, 12) / 1000), nanos: 250_000_000 },
      child: { id: 8n },
      children: [{ id: 9n }, { id: 0n }],
      blob: new TextEncoder().encode('hi'),
      sizes: { s: 1n },
    },
  });
});

test.each([
  ['wrapped', '{"probe": {"name": "in", "delay_ms": 1}}'],
  ['bare', '{"name": "in", "delay_ms": 1}'],
  ['wrapped with a bare sibling', '{"probe": {"name": "in"}, "delay_ms": 1}'],
  ['bare before the wrapper, which wins', '{"name": "out", "probe": {"name": "in", "delay_ms": 1}}'],
  ['bare after the wrapper, which wins', '{"probe": {"name": "in", "delay_ms": 1}, "name": "out"}'],
  ['with a wrapper that is not an object', '{"probe": [1], "name": "in", "delay_ms": 1}'],
  ['with a duplicate key, of which the last counts', '{"name": "out", "name": "in", "delay_ms": 1}'],
  [
    'with a duplicate wrapper, of which the last counts',
    '{"probe": {"id": 3, "fail": "x"}, "probe": {"name": "in", "delay_ms": 1}}',
  ],
  ['with unknown members', '{"name": "in", "delay_ms": 1, "created_at": [{"x": {}}], "ünknown": null}'],
  ['with spaces', ' \r\n\t{ "name" : "in" , "delay_ms" : 1 } \n'],
])('the members of a body are read when it is %s', (_, text) => {
  const { $typeName, ...members } = echo(text);
  expect(members).toEqual({ id: 0n, name: 'in', delayMs: 1 });
});

test('null means absent on POST, also after a value and under the wrapper', () => {
  expect(echo('{"name": "n", "item": null, "fail": "x", "fail": null}')).not.toHaveProperty('fail', 'x');
  expect(refusal(() => echo('{"name": "bare", "probe": {"name": null}}')).reason).toBe('parameter_missing');
});

test('PATCH changes the members present, and null among them clears', () => {
  expect(patch('{"name": null, "extra": null, "id": 99, "unknown": 1}')).toMatchObject({
    id: 4n,
    updateMask: { paths: ['name', 'extra'] },
  });
  expect(patch('{"color": "red", "item": {"name": "n"}}').updateMask?.paths).toEqual(['color', 'name']);
  expect(patch('{"update_mask": "name"}').updateMask?.paths).toEqual([]);
  expect(patch('').updateMask?.paths).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['an empty object', '{}'],
  ['null', '{"name": null}'],
])('a required member is missing when the body holds %s', (_, text) => {
  expect(refusal(() => echo(text))).toEqual({
    kind: 'malformed',
    reason: 'parameter_missing',
    errors: { name: 'is required' },
  });
});

test('of two members one is required, in a body or a query', () => {
  const read = (query: string) =>
    decodeJson(EitherRequestSchema, '', { method: 'GET', query: new URLSearchParams(query) });
  for (const query of ['one=1', 'other=1', 'one=1&other=2']) expect(() => read(query)).not.toThrow();
  expect(decodeJson(EitherRequestSchema, '{"other": "x", "one": null}', { method: 'POST' })).toMatchObject({
    other: 'x',
  });
  for (const failing of [() => read(''), () => decodeJson(EitherRequestSchema, '{"one": null}', { method: 'POST' })]) {
    expect(refusal(failing)).toEqual({
      kind: 'malformed',
      reason: 'parameter_missing',
      errors: { one: 'is required, or other', other: 'is required, or one' },
    });
  }
});

test('a required member of a wrong kind is wrong, not missing', () => {
  expect(refusal(() => echo('{"name": 1}'))).toEqual({
    kind: 'invalid',
    reason: 'validation_failed',
    errors: { name: 'must be a string' },
  });
});

test.each([
  ['"name"', '1', 'must be a string'],
  ['"count"', '"1"', 'must be an integer'],
  ['"count"', '1.5', 'must be an integer'],
  ['"count"', '2147483648', 'must be an integer'],
  ['"id"', '"x"', 'must be an integer'],
  ['"id"', '9007199254740992', 'must be an integer'],
  ['"id"', '-9007199254740992', 'must be an integer'],
  ['"id"', '1e400', 'must be an integer'],
  ['"id"', '{}', 'must be an integer'],
  ['"weight"', '1e400', 'must be a number'],
  ['"weight"', '"1"', 'must be a number'],
  ['"ready"', '"true"', 'must be true or false'],
  ['"color"', '"green"', 'must be one of red, dark_blue'],
  ['"color"', '"unspecified"', 'must be one of red, dark_blue'],
  ['"color"', '1', 'must be one of red, dark_blue'],
  ['"tags"', '"x"', 'must be an array'],
  ['"child"', '[]', 'must be an object'],
  ['"at"', '"yesterday"', 'must be an RFC 3339 timestamp such as 2026-04-02T12:00:00Z'],
  ['"at"', '1', 'must be an RFC 3339 timestamp such as 2026-04-02T12:00:00Z'],
  ['"blob"', '"a"', 'must be base64 text'],
  ['"sizes"', '[]', 'must be an object'],
])('%s refuses %s with its path', (name, value, message) => {
  const field = `item.children.1.${JSON.parse(name)}`;
  expect(refusal(() => echo(`{"name": "n", "item": {"children": [{}, {${name}: ${value}}]}}`)).errors).toEqual({
    [field]: message,
  });
});

test('elements say which they are, and null is none of them', () => {
  expect(refusal(() => echo('{"name": "n", "item": {"tags": ["a", 1, null], "sizes": {"a": null}}}')).errors).toEqual({
    'item.tags.1': 'must be a string',
    'item.tags.2': 'must not be null',
    'item.sizes.a': 'must not be null',
  });
});

test.each([
  ['12', 12n],
  ['"12"', 12n],
  ['12.0', 12n],
  ['1.2e1', 12n],
  ['-0', 0n],
  ['9007199254740991', 9007199254740991n],
])('an id may be written %s', (text, id) => {
  expect(echo(`{"name": "n", "item": {"id": ${text}}}`).item?.id).toBe(id);
});

test.each(['9007199254740992', '99999999999999999999999', '"18446744073709551616"', '-1'])(
  'a reference to %s, which cannot exist, is left to the service as the id 0',
  (id) => {
    expect(echo(`{"name": "n", "project_id": ${id}}`).projectId).toBe(0n);
  },
);

test.each(['red', 'RED', 'Red'])('the case of an enum does not matter: %s', (name) => {
  expect(echo(`{"name": "n", "item": {"color": "${name}"}}`).item?.color).toBe(1);
});

test('what cannot be stored is refused wherever it stands, with its path and without the wrapper', () => {
  const errors = refusal(() =>
    echo(`{"probe": {"name": "a\\u0000", "item": {"extra": {"list": [0, "\\ud800x"]}, "tags": ["\\udc00\\ud800"]}},
      "unknown": {"deep": "\\u0000"}, "k\\u0000": 1}`),
  ).errors;
  expect(errors).toEqual({
    name: 'must not contain a NUL character',
    'item.extra.list.1': 'must not contain a lone surrogate',
    'item.tags.0': 'must not contain a lone surrogate',
    'unknown.deep': 'must not contain a NUL character',
    'k\ufffd': 'must not contain a NUL character',
  });
});

test.each(['__proto__', 'constructor', 'prototype', '__pro\\u0074o__'])(
  'the key %s is refused in free JSON and ignored beside it',
  (key) => {
    const name = JSON.parse(`"${key}"`);
    expect(refusal(() => echo(`{"name": "n", "item": {"extra": {"a": [{"${key}": 1}]}}}`)).errors).toEqual({
      [`item.extra.a.0.${name}`]: `the key ${name} is not allowed`,
    });
    expect(echo(`{"name": "n", "${key}": {"polluted": 1}}`).name).toBe('n');
    expect({}).not.toHaveProperty('polluted');
  },
);

test('free JSON passes as it came, every digit and every space', () => {
  const extra = '{"n": [1.50, 1e131071, -0, 12345678901234567890], "n":  null,"u":"\\u00e9é"}';
  expect(textOf(echo(`{"name": "n", "item": {"extra": ${extra} }}`).item?.extra)).toBe(extra);
});

test('rows pass unchecked, because the service checks them one by one', () => {
  const rows = '[{"__proto__": 1}, "\\u0000", 5]';
  expect(textOf(echo(`{"name": "n", "rows": ${rows}}`).rows)).toBe(rows);
  expect(refusal(() => echo('{"name": "n", "rows": [1, }')).reason).toBe('malformed_json');
});

test.each([
  ['{', 'unexpected end of text at position 1'],
  ['{"name": "n"', 'unexpected end of text at position 12'],
  ['{"name": "n",}', 'unexpected "}" at position 13'],
  ['{"name" "n"}', 'unexpected "\\"" at position 8'],
  ["{'name': 1}", 'unexpected "\'" at position 1'],
  ['{"name": nul}', 'unexpected "n" at position 9'],
  ['{"name": 01}', 'unexpected "1" at position 10'],
  ['{"name": .5}', 'unexpected "." at position 9'],
  ['{"name": 1.}', 'unexpected "}" at position 11'],
  ['{"name": NaN}', 'unexpected "N" at position 9'],
  ['{"name": "a\nb"}', 'unexpected "\\n" at position 11'],
  ['{"name": "\\x"}', 'unexpected "x" at position 11'],
  ['{"name": "\\u12g4"}', 'unexpected "1" at position 12'],
  ['{} {}', 'unexpected "{" at position 3'],
  ['/* */{}', 'unexpected "/" at position 0'],
  ['[]', 'The body must be a JSON object'],
  ['"text"', 'The body must be a JSON object'],
])('%j is not a JSON body', (text, message) => {
  expect(() => echo(text)).toThrow(message);
  expect(refusal(() => echo(text))).toMatchObject({ kind: 'malformed', reason: 'malformed_json' });
});

test('bytes that are no UTF-8 are not JSON', () => {
  const bytes = Buffer.from([...Buffer.from('{"name": "'), 0xff, ...Buffer.from('"}')]);
  expect(refusal(() => decodeJson(EchoRequestSchema, bytes, { method: 'POST' })).reason).toBe('malformed_json');
  expect(refusal(() => echo('{"name": "\ud800"}')).reason).toBe('malformed_json');
});

test.each([
  ['of an unknown member', (inner: string) => `{"x": ${inner}}`, 1],
  ['of free JSON', (inner: string) => `{"item": {"extra": ${inner}}}`, 2],
  ['of rows', (inner: string) => `{"rows": ${inner}}`, 1],
])('a body may be nested 64 deep %s, and no deeper', (_, body, outer) => {
  const nested = (depth: number) => body('['.repeat(depth - outer) + ']'.repeat(depth - outer));
  expect(refusal(() => echo(nested(64))).reason).toBe('parameter_missing');
  expect(refusal(() => echo(nested(65)))).toMatchObject({ kind: 'malformed', reason: 'too_deep' });
  expect(refusal(() => echo('['.repeat(500_000))).reason).toBe('too_deep');
});

test('a body full of problems costs little and reports the first hundred', () => {
  const text = `{"name": "n", "item": {"extra": [${Array(50_000).fill('"\\u0000"').join(',')}]}}`;
  expect(Object.keys(refusal(() => echo(text)).errors)).toHaveLength(100);
});

test('a path that a caller made is cut, not echoed at any length', () => {
  const [field] = Object.keys(refusal(() => echo(`{"name": "n", "${'k'.repeat(10_000)}": "\\u0000"}`)).errors);
  expect(field).toHaveLength(256);
});
