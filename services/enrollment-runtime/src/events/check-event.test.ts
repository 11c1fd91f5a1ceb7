import { expect, test } from '@jest/globals';
import { checkEvent } from './check-event.ts';

const now = new Date('2026-11-25T12:00:00.000Z');
const at = (occurredAt: Date | undefined) =>
  checkEvent(
    { name: 'order.paid', contact: '{"email":"ada@example.com"}', properties: undefined, key: undefined, occurredAt },
    now,
  );

test.each([
  ['7 days ago', '2026-11-18T12:00:00.000Z'],
  ['5 minutes ahead', '2026-11-25T12:05:00.000Z'],
])('an event may have occurred %s, and keeps its time', (_when, time) => {
  expect(at(new Date(time))).toMatchObject({ event: { occurredAt: new Date(time) } });
});

test.each([
  ['a millisecond more than 7 days ago', '2026-11-18T11:59:59.999Z'],
  ['a millisecond more than 5 minutes ahead', '2026-11-25T12:05:00.001Z'],
  ['at no time', 'no time'],
])('an event that occurred %s is refused', (_when, time) => {
  expect(at(new Date(time))).toMatchObject({ refused: { violation: { field: 'occurred_at', code: 'range' } } });
});

test('an event without a time has that of its arrival', () => {
  expect(at(undefined)).toMatchObject({ event: { occurredAt: now } });
});
