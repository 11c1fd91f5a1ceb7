import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { expect, test } from '@jest/globals';
import { messagesOf } from './outbox-rows.ts';
import { packMessages } from './pack.ts';

const events = ['a', 'ä€', ''].map((text, index) => ({
  key: `7:${text}`,
  value: Buffer.alloc(index * 200, index),
  headers: {
    ce_id: `evt_0197a1d0-0000-7000-8000-00000000000${index}`,
    ce_type: 'probes.touched',
    ce_time: '2026-11-25T00:00:00.000Z',
    organization: '9007199254740993',
  },
}));

test('a row that an earlier release left in the outbox is sent like any other', () => {
  const writer = new BinaryWriter();
  for (const { key, value, headers } of events) {
    for (const text of [headers.ce_id, headers.ce_type, headers.ce_time, headers.organization, key])
      writer.string(text);
    writer.bytes(value);
  }
  const row = { id: 1n, topic: 'probes', traceparent: null, age_seconds: 0 };
  const of = { service: 'probes', traceparent: undefined };
  const sent = (frame: Uint8Array) =>
    messagesOf({ ...row, frame }, of).map((message) => ({ ...message, value: Buffer.from(message.value) }));
  const shared = { ce_specversion: '1.0', ce_source: '/drippulse/probes' };
  const expected = events.map((event) => ({ ...event, headers: { ...event.headers, ...shared } }));
  expect(sent(writer.finish())).toEqual(expected);
  expect(sent(packMessages(events))).toEqual(expected);
});
