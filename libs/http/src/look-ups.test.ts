import { expect, jest, test } from '@jest/globals';
import { createLookUps } from './look-ups.ts';

/**
 * Makes a resolver that never responds for the names of `dead.example`, and records the maximum number of its
 * concurrent look-ups.
 */
function resolver() {
  const dead = new Map<string, () => void>();
  let most = 0;
  return {
    dead,
    most: () => most,
    asked: () => [...dead.keys()],
    resolve(hostname: string): Promise<string[]> {
      if (hostname === 'unknown.example') return Promise.reject(new Error('ENOTFOUND'));
      if (!hostname.endsWith('dead.example')) return Promise.resolve(['8.8.8.8']);
      return new Promise((_resolve, reject) => {
        dead.set(hostname, () => {
          dead.delete(hostname);
          reject(new Error('ETIMEOUT'));
        });
        most = Math.max(most, dead.size);
      });
    },
  };
}

test("one organization's dead names delay no other's look-up, and take a bounded number of places", async () => {
  const names = resolver();
  const lookUp = createLookUps(names.resolve);
  const waiting = Array.from({ length: 50 }, (_, index) => lookUp(1n, `${index}.dead.example`));
  expect(await lookUp(2n, 'hooks.example.com')).toEqual(['8.8.8.8']);
  expect(names.asked()).toHaveLength(4);
  while (names.dead.size > 0) {
    for (const end of [...names.dead.values()]) end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await Promise.all(waiting)).toEqual(Array(50).fill(undefined));
  expect(names.most()).toBe(4);
  expect(await lookUp(1n, 'hooks.example.com')).toEqual(['8.8.8.8']);
});

test('a name that is not known in time is unknown, and nobody asks for it later', async () => {
  jest.useFakeTimers();
  try {
    const names = resolver();
    const lookUp = createLookUps(names.resolve);
    const waiting = Array.from({ length: 10 }, (_, index) => lookUp(1n, `${index}.dead.example`));
    await jest.advanceTimersByTimeAsync(2_001);
    expect(await Promise.all(waiting)).toEqual(Array(10).fill(undefined));
    for (const end of [...names.dead.values()]) end();
    await jest.advanceTimersByTimeAsync(1);
    expect(names.asked()).toEqual([]);
  } finally {
    jest.useRealTimers();
  }
});

test('a name that does not exist is unknown, and the same name is asked for once at a time', async () => {
  const names = resolver();
  const lookUp = createLookUps(names.resolve);
  expect(await lookUp(1n, 'unknown.example')).toBeUndefined();
  const both = [lookUp(1n, 'a.dead.example'), lookUp(1n, 'a.dead.example'), lookUp(1n, 'b.dead.example')];
  await new Promise((resolve) => setImmediate(resolve));
  expect(names.asked()).toEqual(['a.dead.example', 'b.dead.example']);
  for (const end of [...names.dead.values()]) end();
  expect(await Promise.all(both)).toEqual([undefined, undefined, undefined]);
});
