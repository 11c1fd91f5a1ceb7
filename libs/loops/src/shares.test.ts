import { expect, jest, test } from '@jest/globals';
import { createShares, type Held, type Shares } from './shares.ts';

const refusedShare = expect.objectContaining({ kind: 'resource_exhausted', reason: 'too_much_at_once' });
const refusedAll = expect.objectContaining({ kind: 'unavailable', reason: 'busy' });

test('a key has its share, all together have theirs, and what is given back can be taken again', () => {
  const shares = createShares({ of: 'uploads', ofEach: 2, ofAll: 3 });
  const [first] = [shares.take('a', 1), shares.take('a', 1)];
  expect(() => shares.take('a', 1)).toThrow(refusedShare);
  shares.take('b', 1);
  expect(() => shares.take('b', 1)).toThrow(refusedAll);
  first?.release();
  first?.release();
  expect(shares.used()).toBe(2);
  expect(() => shares.take('c', 1)).not.toThrow();
});

test('an amount beyond the share is given to a key that has nothing, and grows while it is the only one', () => {
  const shares = createShares({ of: 'bytes', ofEach: 10, ofAll: 100 });
  const large = shares.take('a', 50);
  expect(() => shares.take('a', 1)).toThrow(refusedShare);
  large.add(10);
  large.release();
  const small = shares.take('a', 5);
  const other = shares.take('a', 5);
  expect(() => other.add(1)).toThrow(refusedShare);
  small.release();
  other.add(1);
  expect(shares.used('a')).toBe(6);
  other.release();
  expect(shares.used()).toBe(0);
});

test('whatever others have, a key has the least', () => {
  const shares = createShares({ of: 'bytes', ofEach: 10, ofAll: 10, least: 2 });
  shares.take('a', 10);
  const [first, second] = [shares.take('b', 2), shares.take('c', 0)];
  second.add(2);
  expect(() => second.add(1)).toThrow(refusedAll);
  expect(() => shares.take('b', 1)).toThrow(refusedAll);
  first.release();
  expect(() => shares.take('b', 1)).not.toThrow();
});

/** Takes single units until one is refused. */
function takeAll(shares: Shares, key: string): Held[] {
  const taken: Held[] = [];
  for (;;) {
    try {
      taken.push(shares.take(key, 1));
    } catch {
      return taken;
    }
  }
}

test('a key leaves as much as it has to further ones, so that there is room for the next', () => {
  const shares = createShares({ of: 'bytes', ofEach: 32, ofAll: 96 });
  expect([...'abcdef'].map((key) => takeAll(shares, key).length)).toEqual([32, 32, 16, 8, 4, 2]);
  expect(() => shares.take('a', 1)).toThrow(refusedShare);
  expect(() => shares.take('c', 1)).toThrow(refusedAll);
  // A key that has nothing yet gets everything that is left, in one piece.
  expect(() => shares.take('g', 3)).toThrow(refusedAll);
  expect(shares.take('g', 2)).toBeDefined();
});

test('amounts larger than a share leave a spare, whose keys share it', async () => {
  const shares = createShares({ of: 'bytes', ofEach: 32, ofAll: 96, spare: 24, waitMs: 60_000 });
  const [first] = [shares.take('a', 30), shares.take('b', 30)];
  expect(() => shares.take('c', 30)).toThrow(refusedAll);
  const third = shares.wait('c', 30);
  const small = [...'def'].map((key) => takeAll(shares, key));
  expect([shares.wanted('a'), ...small.map(({ length }) => length)]).toEqual([30, 18, 9, 4]);
  for (const each of small.flat()) each.release();
  first?.release();
  expect((await third) !== undefined).toBe(true);
});

test.each([3, 5, 7])('of %s keys that take all they can each has the same in the end, and as much is left', (count) => {
  const shares = createShares({ of: 'bytes', ofEach: 32, ofAll: 96 });
  const keys = Array.from({ length: count }, (_, index) => `key ${index}`);
  const taken = new Map<string, Held[]>(keys.map((key) => [key, []]));
  for (let round = 0; round < 100; round++) {
    for (const key of keys) {
      const [first, ...rest] = taken.get(key) ?? [];
      first?.release();
      taken.set(key, [...rest, ...takeAll(shares, key)]);
    }
  }
  const equal = Math.floor(96 / (count + 1));
  expect(keys.map((key) => shares.used(key))).toEqual(keys.map(() => equal));
  expect(() => shares.take('another', equal)).not.toThrow();
});

test('room is wanted while another key waits for it, and not by one whose own share is used up', async () => {
  const shares = createShares({ of: 'bytes', ofEach: 4, ofAll: 10, waitMs: 60_000 });
  const held = [shares.take('a', 4), shares.take('b', 4)];
  const own = shares.wait('a', 1);
  expect(['a', 'b'].map(shares.wanted)).toEqual([0, 0]);
  const others = [shares.wait('c', 3), shares.wait('c', 1), shares.wait('d', 4)];
  expect([...'abcd'].map(shares.wanted)).toEqual([7, 7, 4, 3]);
  for (const each of held) each.release();
  await Promise.all([own, ...others].map((waiting) => waiting.then((taken) => taken.release())));
  expect(shares.wanted('a')).toBe(0);
});

test('what is added later counts for its key, whoever began with nothing', () => {
  const shares = createShares({ of: 'bytes', ofEach: 10, ofAll: 12 });
  const [first, second, other] = [shares.take('a', 0), shares.take('a', 0), shares.take('b', 0)];
  first.add(6);
  expect(() => second.add(5)).toThrow(refusedShare);
  second.add(4);
  expect(() => other.add(3)).toThrow(refusedAll);
  other.add(2);
  expect([shares.used('a'), shares.used('b'), shares.used()]).toEqual([10, 2, 12]);
  for (const each of [first, second, other]) each.release();
  expect([shares.used('a'), shares.used()]).toEqual([0, 0]);
});

test('those of a key wait in order, and delay no other key', async () => {
  const shares = createShares({ of: 'lists', ofEach: 1, ofAll: 10, waitMs: 60_000 });
  const held = await shares.wait('a', 1);
  const order: string[] = [];
  const second = shares.wait('a', 1).then((taken) => {
    order.push('second');
    return taken;
  });
  const third = shares.wait('a', 1).then(() => order.push('third'));
  (await shares.wait('b', 1)).release();
  expect(order).toEqual([]);
  held.release();
  (await second).release();
  await third;
  expect(order).toEqual(['second', 'third']);
});

test('a key that always has somebody waiting lets the others have their turn', async () => {
  const shares = createShares({ of: 'lists', ofEach: 1, ofAll: 1, waitMs: 60_000 });
  const order: string[] = [];
  const held = await shares.wait('a', 1);
  const all = ['a', 'a', 'b', 'a'].map(async (key) => {
    const place = await shares.wait(key, 1);
    order.push(key);
    place.release();
  });
  held.release();
  await Promise.all(all);
  expect(order).toEqual(['a', 'b', 'a', 'a']);
});

test('one that waits is refused after its time, and leaves no place behind when its signal ends it', async () => {
  jest.useFakeTimers();
  try {
    const shares = createShares({ of: 'lists', ofEach: 1, ofAll: 1, waitMs: 5_000 });
    const held = await shares.wait('a', 1);
    const leaving = new AbortController();
    const left = expect(shares.wait('a', 1, leaving.signal)).rejects.toThrow('gone');
    const late = expect(shares.wait('a', 1)).rejects.toEqual(refusedShare);
    const other = expect(shares.wait('b', 1)).rejects.toEqual(refusedAll);
    leaving.abort(new Error('gone'));
    await left;
    jest.advanceTimersByTime(5_000);
    await Promise.all([late, other]);
    held.release();
    expect(shares.used()).toBe(0);
    expect((await shares.wait('a', 1)) !== undefined).toBe(true);
  } finally {
    jest.useRealTimers();
  }
});
