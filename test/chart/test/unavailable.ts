import type { Unavailable } from '@drippulse/testing';
import { test } from '@jest/globals';

/** Stands for the tests that a missing tool leaves out: not run, with how to get it; under CI that is a failure. */
export function notRun({ unavailable }: Unavailable): void {
  const name = `NOT RUN: ${unavailable}`;
  if (process.env['CI'] !== 'true') test.skip(name, () => undefined);
  else
    test(name, () => {
      throw new Error(unavailable);
    });
}
