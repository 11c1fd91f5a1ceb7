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

const read = (bytes: Uint8Array) => fromBinary(ProbeEventSchema, bytes);

function encode(...messages: MessageInitShape<typeof ProbeEventSchema>[]): Uint8Array[] {
  const encoding = startEncoding(ProbeEventSchema);
  for (const message of messages) encoding.add(message);
  return encoding.end();
}

test.each(inits)('%s is read as it was given', (_, init) => {
  expect(encode(init).map(read)).toEqual([create(ProbeEventSchema, init)]);
});

test('messages that are encoded one after another do not mix', () => {
  const all = [...inits.map(([, init]) => init), { aggregate: 'x'.repeat(100_000) }, { id: 'evt_2' }];
  const made = all.map((init) => create(ProbeEventSchema, init));
  expect(encode(...all, ...made).map(read)).toEqual([...made, ...made]);
});

test('a field that the message does not have is refused', () => {
  const unknown = { name: 'x' } as MessageInitShape<typeof ProbeEventSchema>;
  expect(() => encode(unknown)).toThrow('has no field name');
});
