import { expect, test } from '@jest/globals';
import { createThrottle } from './throttle.ts';

const row = (organization: number, events: number, bytes = 100) => ({
  id: 1n,
  organization_id: BigInt(organization),
  events,
  topic: 't',
  bytes,
  frame: null,
  traceparent: null,
  age_seconds: 0,
});

/** Makes a throttle with two groups, one of which has `lag` unhandled events. */
function throttleAt(state: { lag: number; nowMs: number; asked?: number }) {
  return createThrottle({
    groups: () => ['slow', 'quick'],
    now: () => state.nowMs,
    async lagOf(_, group) {
      state.asked = (state.asked ?? 0) + 1;
      return group === 'slow' ? state.lag : 0;
    },
  });
}

const flood = Array.from({ length: 6 }, () => row(1, 500));
const one = row(2, 1);

test('the events of others go at once, a flood as far as the slowest group has room', async () => {
  const state = { lag: 900, nowMs: 0 };
  const throttle = throttleAt(state);
  expect(await throttle.choose([...flood, one])).toEqual([...flood.slice(0, 3), one]);
  state.lag = 2400;
  expect(await throttle.choose([...flood, one])).toEqual([one]);
  expect(await throttle.choose(flood)).toEqual([]);
  state.lag = 1999;
  expect(await throttle.choose([...flood, one])).toEqual([flood[0], one]);
});

test.each([
  ['many events', [row(1, 501), row(1, 500)]],
  ['large events', [row(1, 1, 300_000), row(1, 1, 300_000)]],
  ['many rows', Array.from({ length: 100 }, () => row(1, 1))],
])('%s of an organization are a flood', async (_, rows) => {
  expect(await throttleAt({ lag: 5000, nowMs: 0 }).choose([...rows, one])).toEqual([one]);
});

test('an organization without a flood asks no group', async () => {
  const state = { lag: 5000, nowMs: 0, asked: 0 };
  const few = [row(1, 1000), ...Array.from({ length: 50 }, () => one)];
  expect(await throttleAt(state).choose(few)).toEqual(few);
  expect(state.asked).toBe(0);
});

test('a group that handles nothing delays a flood for ten seconds, one that goes on as long as it takes', async () => {
  const state = { lag: 5000, nowMs: 0 };
  const throttle = throttleAt(state);
  for (const [nowMs, lag, sent] of [
    [0, 5000, 0],
    [9_000, 4999, 0],
    [18_000, 4998, 0],
    [27_999, 4998, 0],
    [28_000, 4998, 4],
    [28_100, 6998, 4],
    [28_200, 1500, 1],
    [28_300, 5000, 0],
  ] as const) {
    Object.assign(state, { nowMs, lag });
    expect([nowMs, (await throttle.choose(flood)).length]).toEqual([nowMs, sent]);
  }
});
