import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Color, ItemSchema, ProbeEventSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import { startEncoding } from './encode-fields.ts';

const at = timestampFromDate(new Date('2026-11-25T10:00:00.123Z'));

const inits: [string, MessageInitShape<typeof ProbeEventSchema>][] = [
  ['nothing', {}],
  ['scalars', { id: 'evt_1', organizationId: -9_007_199_254_740_993n, aggregate: 'ä€😀', sequence: 0n }],
  ['a message', { id: '', time: at }],
  [
    'a choice',
    { payload: { case: 'touched', value: { id: 7n, name: '', tags: ['a', 'b'], child: { name: 'inner' } } } },
  ],
  [
    'every kind',
    {
      payload: {
        case: 'touched',
        value: { color: Color.RED, weight: 0.5, ready: true, count: -3, extra: new Uint8Array([1, 2]), at },
      },
    },
  ],
  ['a made message', { payload: { case: 'touched', value: create(ItemSchema, { name: 'made' }) } }],
  ['no choice', { payload: { case: undefined } }],
];

function encoded(...messages: MessageInitShape<typeof ProbeEventSchema>[]): Uint8Array[] {
  const encoding = startEncoding(ProbeEventSchema);
  for (const message of messages) encoding.add(message as Record<string, unknown>);
  const { bytes, pieces } = encoding.end();
  return pieces.map(({ start, end }) => bytes.subarray(start, end));
}

test.each(inits)('%s is read as what it was', (_, init) => {
  const read = encoded(init).map((bytes) => fromBinary(ProbeEventSchema, bytes));
  expect(read).toEqual([create(ProbeEventSchema, init)]);
});

test('messages encoded one after the other are read in order, large ones and whole ones among them', () => {
  const all = inits.map(([, init]) => create(ProbeEventSchema, init));
  const large = create(ProbeEventSchema, { aggregate: 'x'.repeat(100_000) });
  const read = encoded(...inits.map(([, init]) => init), { aggregate: large.aggregate }, ...all, large);
  expect(read.map((bytes) => fromBinary(ProbeEventSchema, bytes))).toEqual([...all, large, ...all, large]);
});

test('a field that the message does not have is refused', () => {
  expect(() => startEncoding(ProbeEventSchema).add({ name: 'x' })).toThrow('has no field name');
});
