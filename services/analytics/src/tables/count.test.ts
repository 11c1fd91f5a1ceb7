import { expect, test } from '@jest/globals';
import { countExactly } from './count.ts';

test('a list that counts up to a cap is counted exactly, however its rows lie in time', async () => {
  const cap = 100;
  for (const spread of [1, 7, 1000]) {
    const times = Array.from({ length: 1_234 }, (_, index) => Math.floor((index * index) / spread));
    const last = times.at(-1) ?? 0;
    const count = await countExactly({ from: new Date(0), to: new Date(last + 1) }, async ({ from, to }) => {
      const found = times.filter((time) => time >= from.getTime() && time < to.getTime()).length;
      return { totalCount: BigInt(Math.min(found, cap)), totalCountIsMinimum: found > cap };
    });
    expect(count).toBe(1_234n);
  }
});
