import { expect, test } from '@jest/globals';
import { scheduleOf } from './scheduled-trigger.ts';

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
