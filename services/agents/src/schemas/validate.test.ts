import { expect, test } from '@jest/globals';
import { schemaProblems } from './check-schema.ts';
import { validate } from './validate.ts';

const object = (properties: object, more: object = {}) => JSON.stringify({ type: 'object', properties, ...more });
const count = object(
  { n: { type: 'integer', minimum: 1, maximum: 9 } },
  { required: ['n'], additionalProperties: false },
);

test.each<[string, string, object, string[]]>([
  ['a value within its range', count, { n: 9 }, []],
  ['a value beyond it', count, { n: 10 }, ['output.n']],
  ['a missing member', count, {}, ['output.n']],
  ['a member too many', count, { n: 1, m: 2 }, ['output']],
  ['null where it may be null', object({ a: { type: 'string', nullable: true } }), { a: null }, []],
  ['null where it may not', object({ a: { type: 'string' } }), { a: null }, ['output.a']],
  [
    'a property with the name of a keyword',
    object({ nullable: { type: 'boolean' } }, { additionalProperties: false }),
    { nullable: true },
    [],
  ],
  [
    'one of several kinds',
    object({ a: { anyOf: [{ type: 'string' }, { type: 'number' }] } }),
    { a: true },
    ['output.a'],
  ],
  ['one of a list', object({ a: { enum: ['x', 'y'] } }), { a: 'z' }, ['output.a']],
])('%s', (_case, schema, value, fields) => {
  expect(validate(schema, JSON.parse(JSON.stringify(value)), 'output').map(({ field }) => field)).toEqual(fields);
});

test.each<[string, object]>([
  ['a pattern', { type: 'object', properties: { a: { type: 'string', pattern: '(a+)+$' } } }],
  ['a reference', { type: 'object', properties: { a: { $ref: 'https://example.com/a' } } }],
  ['a format', { type: 'object', properties: { a: { type: 'string', format: 'email' } } }],
  ['a list at its root', { type: 'array' }],
  ['a property that is no schema', { type: 'object', properties: { a: 7 } }],
  [
    'too many properties',
    { type: 'object', properties: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`p${n}`, {}])) },
  ],
  [
    'too many levels',
    [1, 2, 3, 4, 5, 6, 7, 8].reduce<object>((inner) => ({ type: 'object', properties: { a: inner } }), {}),
  ],
])('a schema with %s is refused', (_case, schema) => {
  const value = JSON.parse(JSON.stringify(schema));
  expect(schemaProblems(JSON.stringify(schema), value, 'schema')).not.toEqual([]);
});
