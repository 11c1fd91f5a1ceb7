import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withFileLock } from './file-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('one at a time has the lock, and a failure releases it', async () => {
  const file = path.join(folder, 'sub', '.lock');
  const events: string[] = [];
  const work = (name: string) =>
    withFileLock(file, async () => {
      events.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`${name} out`);
      throw new Error(name);
    });
  await Promise.allSettled([work('a'), work('b')]);
  const [first, second] = events[0] === 'a in' ? ['a', 'b'] : ['b', 'a'];
  expect(events).toEqual([`${first} in`, `${first} out`, `${second} in`, `${second} out`]);
});

test.each([
  ['that is gone', '2000000000_1'],
  ['whose number another has now', `${process.pid}_1`],
])('the lock of a process %s is taken over', async (_what, holder) => {
  const file = path.join(folder, '.lock');
  writeFileSync(file, holder);
  expect(await withFileLock(file, async () => 'mine')).toBe('mine');
});
