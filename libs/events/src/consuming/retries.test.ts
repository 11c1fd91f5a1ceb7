import { expect, test } from '@jest/globals';
import { createRetries } from './retries.ts';

test('an event gets ten tries, with growing pauses, in less than two minutes', () => {
  const retries = createRetries();
  let nowMs = 0;
  for (let tries = 1; tries < 10; tries += 1) {
    const retry = retries.failed(0, 5n, 'event', nowMs);
    expect(retry).toMatchObject({ tries, isExhausted: false });
    nowMs += retry.delayMs;
  }
  expect(retries.failed(0, 5n, 'event', nowMs)).toMatchObject({ tries: 10, isExhausted: true });
  expect(nowMs).toBeLessThan(120_000);
});

test('an event that takes long to fail is given up after five minutes', () => {
  const retries = createRetries();
  expect(retries.failed(0, 5n, 'event', 1000).isExhausted).toBe(false);
  expect(retries.failed(0, 5n, 'event', 301_001).isExhausted).toBe(true);
});

test('failures of the surroundings take no try, give up nothing, and pause at most five seconds', () => {
  const retries = createRetries();
  for (let failures = 1; failures < 100; failures += 1) {
    const retry = retries.failed(0, 5n, 'infrastructure', failures * 60_000);
    expect(retry).toMatchObject({ failures, tries: 0, isExhausted: false });
    expect(retry.delayMs).toBeLessThanOrEqual(5000);
  }
  expect(retries.isSuspect(0, 5n)).toBe(false);
  expect(retries.failed(0, 5n, 'event', 10_000_000)).toMatchObject({ tries: 1, isExhausted: false });
});

test('partitions and offsets are counted apart, and a success forgets', () => {
  const retries = createRetries();
  retries.failed(0, 5n, 'event', 0);
  expect(retries.failed(1, 5n, 'event', 0).tries).toBe(1);
  expect([retries.isSuspect(0, 5n), retries.isSuspect(0, 6n), retries.isSuspect(2, 5n)]).toEqual([true, false, false]);
  expect(retries.failed(0, 6n, 'event', 0).tries).toBe(1);
  retries.succeeded(1);
  expect(retries.isSuspect(1, 5n)).toBe(false);
});
