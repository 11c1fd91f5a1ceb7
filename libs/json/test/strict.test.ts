import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import {
  EchoRequestSchema,
  PatchRequestSchema,
  ReadRequestSchema,
} from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { publicServices } from '@drippulse/proto/public-services';
import { expect, test } from '@jest/globals';
import { type DecodeOptions, decodeJson } from '../src/decode/decode-json.ts';
import { isMask } from '../src/rest-options.ts';

const strict = { query: new URLSearchParams() };

function refused(desc: DescMessage, text: string, options: DecodeOptions): DomainError | undefined {
  try {
    decodeJson(desc, text, options);
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

const echo = (text: string) =>
  refused(EchoRequestSchema, text, { method: 'POST', wrapper: 'probe', path: { id: '1' }, strict });

test('one refusal names every unknown member, the nearest known one, and what else is wrong', () => {
  expect(echo('{"nmae": "n", "item": {"colour": "red", "count": "x", "child": {"x": 1}}, "delayMs": 1}')).toMatchObject(
    {
      kind: 'malformed',
      reason: 'unknown_member',
      message: 'nmae is not a known member; did you mean name?',
      violations: [
        {
          field: 'nmae',
          message: 'is not a known member; did you mean name?',
          code: 'unknown_member',
          suggestion: 'name',
        },
        { field: 'item.colour', code: 'unknown_member', suggestion: 'color' },
        { field: 'item.child.x', message: 'is not a known member', code: 'unknown_member' },
        { field: 'delayMs', code: 'unknown_member', suggestion: 'delay_ms' },
        { field: 'item.count', code: 'type' },
        { field: 'name', code: 'required' },
      ],
    },
  );
});

test.each([
  ['{"name": "n", "item": {"id": 1, "children": [{"color": "RED"}], "sizes": {"any": 1}}}'],
  ['{"probe": {"name": "n"}, "delay_ms": 1}'],
  ['{"name": "n", "item": {"extra": {"free": {"json": [{"of": "any"}]}}}, "rows": [{"shape": 1}]}'],
  ['{"name": "n", "fail": null}'],
])('%s has no unknown member', (text) => {
  expect(echo(text)).toBeUndefined();
});

test.each([
  ['under the wrapper', '{"probe": {"name": "n", "fial": 1}}', 'fial'],
  ['beside the wrapper', '{"probe": {"name": "n"}, "fial": 1}', 'fial'],
  ['in an element of a list', '{"name": "n", "item": {"children": [{}, {"tagz": 1}]}}', 'item.children.1.tagz'],
  ['a wrapper that is not an object', '{"name": "n", "probe": 5}', 'probe'],
  ['a name of the path', '{"name": "n", "id": 7}', 'id'],
  ['with escapes', '{"name": "n", "\\u0066ial": 1}', 'fial'],
])('an unknown member is found %s', (_, text, field) => {
  expect(echo(text)).toMatchObject({ reason: 'unknown_member', violations: [{ field, code: 'unknown_member' }] });
});

test.each([
  ['statuss=1', undefined],
  ['colr=red&name=n', 'color'],
  ['tagz[]=a', 'tags'],
  ['%00=1', undefined],
  ['__proto__=1', undefined],
])('the query %s is refused', (text, suggestion) => {
  const query = new URLSearchParams(text);
  const error = refused(ReadRequestSchema, '', { method: 'GET', query, strict: { query } });
  expect(error).toMatchObject({ reason: 'unknown_member', violations: [{ code: 'unknown_member' }] });
  expect(error?.violations[0]?.suggestion).toBe(suggestion);
  expect(refused(ReadRequestSchema, '', { method: 'GET', query })).toBeUndefined();
});

test('a parameter that belongs into the body is told so', () => {
  const query = new URLSearchParams('color=red');
  expect(refused(PatchRequestSchema, '{}', { method: 'PATCH', path: { id: '1' }, strict: { query } })).toMatchObject({
    violations: [{ field: 'color', message: 'is not a known parameter: send it in the body' }],
  });
});

test('of any number of unknown names a hundred are reported, and their names are cut', () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `${'n'.repeat(300)}${index}`);
  const query = new URLSearchParams(names.map((name): [string, string] => [name, '']));
  for (const error of [
    echo(JSON.stringify(Object.fromEntries(names.map((name) => [name, 1])))),
    refused(ReadRequestSchema, '', { method: 'GET', query, strict: { query } }),
  ]) {
    expect(error?.violations).toHaveLength(100);
    expect(JSON.stringify(error?.violations).length).toBeLessThan(50_000);
  }
});

type Place = { desc: DescMessage; path: string[]; text: string };

/** Makes a body for each message inside a request message, with an unknown member in that message. */
function places(desc: DescMessage, seen: readonly DescMessage[] = []): Place[] {
  const here = { desc, path: ['unknown_one'], text: '{"unknown_one": {"a": [1]}}' };
  const below = desc.fields.flatMap((field) => {
    const inner = messageOf(field);
    if (inner === undefined || seen.includes(inner)) return [];
    return places(inner, [...seen, desc]).map(({ path, text }) => wrapped(field, path, text));
  });
  return [here, ...below.map((place) => ({ ...place, desc }))];
}

function messageOf(field: DescField): DescMessage | undefined {
  if (isMask(field) || field.message?.typeName.startsWith('google.')) return undefined;
  return field.message;
}

function wrapped(field: DescField, path: string[], text: string): Omit<Place, 'desc'> {
  if (field.fieldKind === 'list') return { path: [field.name, '0', ...path], text: `{"${field.name}": [${text}]}` };
  if (field.fieldKind === 'map') return { path: [field.name, 'k', ...path], text: `{"${field.name}": {"k": ${text}}}` };
  return { path: [field.name, ...path], text: `{"${field.name}": ${text}}` };
}

/** Requests with a JSON body. Raw bytes have no members. */
const inputs = publicServices
  .flatMap(({ methods }) => methods.map(({ input }) => input))
  .filter(({ fields }) => fields.every(({ message }) => message?.typeName !== 'google.api.HttpBody'));

test.each(
  inputs
    .flatMap((input) => places(input))
    .map((place): [string, Place] => [`${place.desc.name} ${place.path.join('.')}`, place]),
)('%s is refused strictly, and ignored else', (_, { desc, path, text }) => {
  expect(refused(desc, text, { method: 'POST', strict })).toMatchObject({
    reason: 'unknown_member',
    violations: expect.arrayContaining([expect.objectContaining({ field: path.join('.'), code: 'unknown_member' })]),
  });
  expect(refused(desc, text, { method: 'POST' })?.reason).not.toBe('unknown_member');
});
