import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createLogger } from './logger.ts';
import { summedForMs, sumWarnings } from './sum-warnings.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function startSum() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, warn: sumWarnings(createLogger({ service: 'test', destination }), 'refused') };
}

test('of any number of one kind the first is written, and then one line in each interval with their number', () => {
  const { lines, warn } = startSum();
  for (let index = 0; index < 1000; index++) warn('busy', { index });
  expect(lines).toEqual([expect.objectContaining({ level: 'warn', msg: 'refused', index: 0, count: 1 })]);
  jest.advanceTimersByTime(summedForMs - 1);
  expect(lines).toHaveLength(1);
  jest.advanceTimersByTime(1);
  expect(lines.slice(1)).toEqual([expect.objectContaining({ index: 999, count: 999 })]);
  warn('busy', { index: 1000 });
  expect(lines).toHaveLength(2);
  jest.advanceTimersByTime(summedForMs);
  expect(lines.slice(2)).toEqual([expect.objectContaining({ index: 1000, count: 1 })]);
});

test('after an interval without any the next one is written at once, and nothing is kept meanwhile', () => {
  const { lines, warn } = startSum();
  warn('busy', {});
  jest.advanceTimersByTime(summedForMs);
  expect(jest.getTimerCount()).toBe(0);
  warn('busy', {});
  expect(lines.map(({ count }) => count)).toEqual([1, 1]);
});

test('each kind is summed by itself', () => {
  const { lines, warn } = startSum();
  for (const kind of ['busy', 'away', 'busy', 'away', 'busy']) warn(kind, { kind });
  jest.advanceTimersByTime(summedForMs);
  expect(lines.map(({ kind, count }) => [kind, count])).toEqual([
    ['busy', 1],
    ['away', 1],
    ['busy', 2],
    ['away', 1],
  ]);
});
