import { expect, test } from '@jest/globals';
import { scheduleOf, sourceOf } from './scheduled-trigger.ts';

test.each([
  ['a schedule', [{ type: 'trigger', config: { frequency: 'daily', timezone: 'Asia/Tokyo' } }], 'daily', 'Asia/Tokyo'],
  ['UTC unless given', [{ type: 'trigger', config: { kind: 'schedule', frequency: '0 9 * * 1' } }], '0 9 * * 1', 'UTC'],
])('%s is found in the trigger', (_name, steps, frequency, timezone) => {
  expect(scheduleOf(steps)).toEqual({ frequency, timezone });
});

test.each([
  ['no steps', []],
  ['a manual trigger', [{ type: 'trigger', config: {} }]],
  ['no trigger', [{ type: 'log', config: { message: 'x', frequency: 'daily' } }]],
])('%s have no schedule', (_name, steps) => {
  expect(scheduleOf(steps)).toBeUndefined();
});

test('a schedule may say which records it enrolls', () => {
  const source = { record_type: 'lead', filter: { status: 'new' } };
  const expected = { recordType: 'lead', filter: { status: 'new' } };
  expect(sourceOf([{ type: 'trigger', config: { frequency: 'daily', source } }])).toEqual(expected);
  expect(sourceOf([{ type: 'trigger', config: { frequency: 'daily' } }])).toBeUndefined();
  expect(sourceOf([{ type: 'log', config: { message: 'x', source } }])).toBeUndefined();
});
