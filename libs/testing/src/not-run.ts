import type { Unavailable } from '@drippulse/servers';
import { test } from '@jest/globals';

/** Stands for the tests that a missing tool or server leaves out: not run, with how to get it; under CI that is a failure. */
export function notRun({ unavailable }: Unavailable): void {
  const name = `NOT RUN: ${unavailable}`;
  const isCi = process.env['CI'] === 'true' || process.env['CI'] === '1';
  if (!isCi) test.skip(name, () => undefined);
  else
    test(name, () => {
      throw new Error(unavailable);
    });
}

/** A test that needs a server: where there is none it is not run. */
export function testUnlessUnavailable<S extends object>(
  server: S | Unavailable,
  name: string,
  run: (server: S) => Promise<void>,
  timeoutMs: number,
): void {
  if ('unavailable' in server) notRun(server);
  else test(name, () => run(server), timeoutMs);
}
