import type { Unavailable } from '@drippulse/testing';
import { test } from '@jest/globals';

/** A test that needs a server: where there is none it is not run, and says how to get it; under CI that is a failure. */
export function testUnlessUnavailable<S extends object>(
  server: S | Unavailable,
  name: string,
  run: (server: S) => Promise<void>,
  timeoutMs: number,
): void {
  if ('unavailable' in server) notRun(server);
  else test(name, () => run(server), timeoutMs);
}

/** Stands for the tests that a missing server leaves out. */
export function notRun({ unavailable }: Unavailable): void {
  const name = `NOT RUN: ${unavailable}`;
  if (process.env['CI'] !== 'true') test.skip(name, () => undefined);
  else
    test(name, () => {
      throw new Error(unavailable);
    });
}
