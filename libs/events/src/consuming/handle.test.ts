import { expect, test } from '@jest/globals';
import { handleUpToFailure } from './handle.ts';

const items = Array.from({ length: 100 }, (_, index) => index);

for (const bad of [0, 1, 49, 50, 99]) {
  test(`when item ${bad} of 100 fails, exactly those before it are handled, in few calls`, async () => {
    const handled: number[] = [];
    let calls = 0;
    const outcome = await handleUpToFailure(items, async (batch) => {
      calls += 1;
      if (batch.includes(bad)) throw new Error('bad item');
      handled.push(...batch);
    });
    expect(outcome).toEqual({ done: bad, error: new Error('bad item') });
    expect(handled).toEqual(items.slice(0, bad));
    expect(calls).toBeLessThan(20);
  });
}

test('a batch that only fails as a whole is handled in parts', async () => {
  const handled: number[] = [];
  const outcome = await handleUpToFailure(items, async (batch) => {
    if (batch.length > 30) throw new Error('too much at once');
    handled.push(...batch);
  });
  expect(outcome).toEqual({ done: 100 });
  expect(handled).toEqual(items);
});

test.each(['ECONNRESET', 'EMFILE', 'ENFILE', 'ENOMEM', 'EADDRNOTAVAIL'])(
  '%s is no fault of an item and splits nothing',
  async (code) => {
    const lost = Object.assign(new Error('away'), { code });
    let calls = 0;
    const outcome = await handleUpToFailure(items, async () => {
      calls += 1;
      throw lost;
    });
    expect({ outcome, calls }).toEqual({ outcome: { done: 0, error: lost }, calls: 1 });
  },
);
