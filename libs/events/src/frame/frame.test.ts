import { expect, test } from '@jest/globals';
import { packMessages, unpackMessages } from './frame.ts';

const message = (key: string, value: string, headers: Record<string, string>) => ({
  key,
  value: new Uint8Array(Buffer.from(value)),
  headers,
});

test.each([
  ['none', []],
  ['one', [message('7:a', 'value', { ce_id: 'evt_1' })]],
  ['an empty one', [message('', '', {})]],
  ['equal ones', [message('7:a', 'same', { ce_id: 'evt_1' }), message('7:a', 'same', { ce_id: 'evt_1' })]],
  ['ones that share nothing', [message('7:a', 'a€', { one: '1' }), message('7:ä€', '€', { two: '2' })]],
  [
    'ones that share some',
    [
      message('7:a', 'common a', { ce_id: 'evt_1', ce_type: 'probe.touched' }),
      message('7:b', 'common', { ce_id: 'evt_2', ce_type: 'probe.touched', traceparent: '' }),
      message('7:a', 'commonly', { ce_type: 'probe.touched', ce_id: 'evt_1' }),
    ],
  ],
])('a batch of %s gives back what was packed, in order and byte for byte', (_, packed) => {
  const unpacked = unpackMessages(packMessages(packed));
  expect(unpacked.map((one) => ({ ...one, value: new Uint8Array(one.value) }))).toEqual(packed);
});

test('what all messages of a batch share is in it once', () => {
  const shared = { ce_type: 'probe.touched', traceparent: 'x'.repeat(100) };
  const many = Array.from({ length: 100 }, (_, index) =>
    message(`7:${index}`, `${'y'.repeat(100)}${index}`, { ce_id: `evt_${index}`, ...shared }),
  );
  expect(packMessages(many).byteLength).toBeLessThan(100 * 60);
});
