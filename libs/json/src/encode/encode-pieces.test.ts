import { create } from '@bufbuild/protobuf';
import {
  Color,
  ItemSchema,
  ListItemsResponseSchema,
  ReadResponseSchema,
} from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import { partLength } from '../parts.ts';
import { encodeField, encodeJson } from './encode-json.ts';
import { encodeFieldPieces, encodePieces } from './encode-pieces.ts';

const extra = new TextEncoder().encode(`{"text":"${'ü'.repeat(5_000)}"}`);
const item = (id: number) =>
  create(ItemSchema, {
    id: BigInt(id),
    name: `"${id}"`,
    color: Color.RED,
    extra,
    tags: ['a', 'b'],
    at: { seconds: 1_775_131_200n },
    child: { children: [{ id: 1n }, { note: 'x' }] },
    sizes: { a: 1n },
  });

test.each([0, 1, 300])(
  'the pieces of a list of %s records are its text, and none is much longer than a part',
  (count) => {
    const items = Array.from({ length: count }, (_, index) => item(index));
    const list = create(ListItemsResponseSchema, { items, totalCount: BigInt(count) });
    const pieces = [...encodePieces(ListItemsResponseSchema, list)];
    expect(pieces.join('')).toBe(encodeJson(ListItemsResponseSchema, list));
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(partLength + 6_000);
  },
);

test('the pieces of a message and of a field of it are their texts, with what is unset too', () => {
  for (const each of [create(ItemSchema), item(1)]) {
    expect([...encodePieces(ItemSchema, each)].join('')).toBe(encodeJson(ItemSchema, each));
    for (const field of ItemSchema.fields.filter(({ fieldKind }) => !['list', 'map'].includes(fieldKind))) {
      expect([...encodeFieldPieces(field, each)].join('')).toBe(encodeField(field, each));
    }
  }
  const [field] = ReadResponseSchema.fields;
  if (field === undefined) throw new Error('no field');
  expect([...encodeFieldPieces(field, create(ReadResponseSchema))].join('')).toBe('null');
});
