import { create } from '@bufbuild/protobuf';
import {
  Color,
  ItemSchema,
  ListItemsResponseSchema,
  PatchRequestSchema,
  ReadResponseSchema,
} from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import { encodeField, encodeJson, startList } from './encode-json.ts';

const utf8 = new TextEncoder();

test('what is unset is null, an empty list, or left out where the field says so', () => {
  expect(JSON.parse(encodeJson(ItemSchema, create(ItemSchema)))).toEqual({
    id: 0,
    name: null,
    color: null,
    weight: null,
    ready: null,
    count: null,
    extra: null,
    tags: [],
    at: null,
    child: null,
    children: [],
    blob: null,
    sizes: {},
  });
});

test('fields of every kind are written by their short names', () => {
  const item = create(ItemSchema, {
    id: 9007199254740993n,
    name: 'a"\n\u2028é',
    color: Color.DARK_BLUE,
    weight: 0.1,
    ready: false,
    count: -1,
    tags: ['x', 'y'],
    at: { seconds: 1775131200n, nanos: 123_999_999 },
    child: { id: 1n, note: 'kept' },
    children: [{ secret: 's' }],
    blob: utf8.encode('hi'),
    sizes: { a: 1n, 'b"': 2n },
  });
  const text = encodeJson(ItemSchema, item);
  expect(text).toContain('"id":9007199254740993,');
  expect(JSON.parse(text)).toMatchObject({
    name: 'a"\n\u2028é',
    color: 'dark_blue',
    weight: 0.1,
    ready: false,
    count: -1,
    tags: ['x', 'y'],
    at: '2026-04-02T12:00:00.123Z',
    child: { id: 1, note: 'kept' },
    children: [{ secret: 's' }],
    blob: 'aGk=',
    sizes: { a: 1, 'b"': 2 },
  });
});

test('free JSON is spliced in as it is', () => {
  const extra = '{"n": 1.50, "big":1e131071}';
  expect(encodeJson(ItemSchema, create(ItemSchema, { extra: utf8.encode(extra) }))).toContain(`"extra":${extra},`);
});

test('numbers that JSON cannot say are null', () => {
  expect(encodeJson(ItemSchema, create(ItemSchema, { weight: Number.NaN }))).toContain('"weight":null');
});

test('an update mask is never shown', () => {
  expect(encodeJson(PatchRequestSchema, create(PatchRequestSchema, { updateMask: { paths: ['name'] } }))).not.toContain(
    'mask',
  );
});

test('one field answers alone', () => {
  const [field] = ReadResponseSchema.fields;
  if (field === undefined) throw new Error('no field');
  expect(encodeField(field, create(ReadResponseSchema))).toBe('null');
  expect(encodeField(field, create(ReadResponseSchema, { item: { id: 3n } }))).toMatch(/^\{"id":3,/);
});

test('parts of a list join into one object whose other members are those of the last part', () => {
  const list = startList(ListItemsResponseSchema);
  const part = (ids: bigint[], totalCount: bigint, nextCursor?: string) =>
    [...list.part(create(ListItemsResponseSchema, { items: ids.map((id) => ({ id })), totalCount, nextCursor }))].join(
      '',
    );
  const text = part([], 0n) + part([1n, 2n], 3n, 'x') + part([3n], 3n) + list.end();
  expect(JSON.parse(text)).toEqual({
    items: [expect.objectContaining({ id: 1 }), expect.objectContaining({ id: 2 }), expect.objectContaining({ id: 3 })],
    total_count: 3,
    next_cursor: null,
  });
});
