import { expect, test } from '@jest/globals';
import { packEvents, unpackEvents } from './frame.ts';

test('a frame gives back the events that were packed, in order and byte for byte', () => {
  const events = ['a', 'ä€', ''].map((text, index) => ({
    id: `evt_${index}`,
    type: 'probe.touched',
    time: '2026-11-25T00:00:00.000Z',
    organizationId: '9007199254740993',
    key: `7:${text}`,
    value: new Uint8Array(index * 200).fill(index),
  }));
  expect(unpackEvents(packEvents(events))).toEqual(events);
  expect(unpackEvents(packEvents([]))).toEqual([]);
});
