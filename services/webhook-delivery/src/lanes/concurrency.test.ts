import { expect, test } from '@jest/globals';
import { createConcurrency } from './concurrency.ts';
import { createStartLimiter } from './start-limiter.ts';

const lane = { webhookId: 1n, isManual: false };

test('a lane begins with two places and doubles them with each success up to 32', () => {
  const concurrency = createConcurrency(1000);
  const limits = Array.from({ length: 6 }, () => {
    const limit = concurrency.roomFor(lane, false);
    concurrency.started({ lane, hasFailed: false, isProven: true });
    concurrency.ended(lane, true);
    return limit;
  });
  expect(limits).toEqual([2, 4, 8, 16, 32, 32]);
});

test('a failure leaves one place', () => {
  const concurrency = createConcurrency(1000);
  for (const isSuccess of [true, true, true, false]) {
    concurrency.started({ lane, hasFailed: false, isProven: true });
    concurrency.ended(lane, isSuccess);
  }
  expect(concurrency.roomFor(lane, false)).toBe(1);
});

test('a lane that failed before this process began gets one place, and is full with it', () => {
  const concurrency = createConcurrency(1000);
  expect(concurrency.roomFor(lane, true)).toBe(1);
  concurrency.started({ lane, hasFailed: true, isProven: true });
  expect(concurrency.roomFor(lane, true)).toBe(0);
  expect(concurrency.fullLanes()).toEqual([lane]);
  concurrency.ended(lane, true);
  expect(concurrency.fullLanes()).toEqual([]);
});

test('a hundred endpoints that hang leave most places to the others', () => {
  const concurrency = createConcurrency(1024);
  for (let webhookId = 1n; webhookId <= 100n; webhookId += 1n) {
    const hanging = { webhookId, isManual: false };
    while (concurrency.roomFor(hanging, false) > 0)
      concurrency.started({ lane: hanging, hasFailed: false, isProven: true });
  }
  expect(concurrency.room()).toBe(1024 - 200);
});

test('tests and redeliveries have places of their own', () => {
  const concurrency = createConcurrency(1000);
  concurrency.started({ lane, hasFailed: true, isProven: true });
  expect(concurrency.roomFor({ ...lane, isManual: true }, false)).toBe(2);
});

test('after one that is not proven no other of that kind starts for a while, and proven ones do', () => {
  const concurrency = createConcurrency(1000, createStartLimiter(16, 60_000));
  concurrency.started({ lane, hasFailed: false, isProven: true });
  expect(concurrency.unproven.room()).toBe(16);
  concurrency.started({ lane, hasFailed: false, isProven: false });
  expect(concurrency.unproven.room()).toBe(0);
  expect(concurrency.roomFor({ webhookId: 2n, isManual: false }, false)).toBe(2);
});
