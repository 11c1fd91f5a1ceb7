import { expect, test } from '@jest/globals';
import { refreshDueAt, refreshPauseMs } from './refresh-due.ts';

const issuedAt = new Date('2026-11-27T00:00:00Z');

test.each([
  ['an hour', 3_600, 0, 2_880],
  ['an hour, spread', 3_600, 1, 2_736],
  ['half an hour', 1_800, 0, 1_440],
  ['twelve hours', 43_200, 0, 34_560],
  ['five minutes, of which the margin is half', 300, 0, 150],
  ['a second', 1, 1, 0.5],
])('a token of %s is refreshed in time', (_life, seconds, spread, dueSeconds) => {
  const expiresAt = new Date(issuedAt.getTime() + seconds * 1_000);
  expect(refreshDueAt({ issuedAt, expiresAt, spread }).getTime() - issuedAt.getTime()).toBe(dueSeconds * 1_000);
});

test('pauses after failures grow from seconds to ten minutes', () => {
  expect([1, 2, 8, 60].map((failures) => refreshPauseMs(failures, 1))).toEqual([5_000, 10_000, 600_000, 600_000]);
  expect(refreshPauseMs(1, 0)).toBe(2_500);
});
