import { expect, test } from '@jest/globals';
import { askPart, askParts } from './parts.ts';

test('parts are asked together, and one that hangs, rejects or throws is away', async () => {
  const parts = {
    there: () => true,
    away: async () => false,
    hangs: () => new Promise<boolean>(() => undefined),
    rejects: async () => Promise.reject(new Error('away')),
    throws: () => {
      throw new Error('away');
    },
  };
  expect(await askParts(parts)).toEqual({ there: true, away: false, hangs: false, rejects: false, throws: false });
});

test('a part that hangs is asked once however often it is asked for, and again after it has answered', async () => {
  const asked: ((isThere: boolean) => void)[] = [];
  const part = () => new Promise<boolean>((resolve) => asked.push(resolve));
  const answers = [askPart(part), askPart(part)];
  await Promise.resolve();
  asked[0]?.(true);
  expect(await Promise.all(answers)).toEqual([true, true]);
  expect(asked).toHaveLength(1);
  const later = askPart(part);
  await Promise.resolve();
  asked[1]?.(true);
  expect(await later).toBe(true);
});
