import type { Unavailable } from '@drippulse/servers';
import { test } from '@jest/globals';

/**
 * Replaces tests whose tool or server is missing by one test with the reason as its name. This test is skipped, or
 * fails under CI.
 */
export function notRun({ unavailable }: Unavailable): void {
  const name = `NOT RUN: ${unavailable}`;
  const isCi = process.env['CI'] === 'true' || process.env['CI'] === '1';
  if (!isCi) test.skip(name, () => undefined);
  else
    test(name, () => {
      throw new Error(unavailable);
    });
}

/** Defines a test that needs a server. Without the server, the test is reported as not run. */
export function testUnlessUnavailable<S extends object>(
  server: S | Unavailable,
  name: string,
  run: (server: S) => Promise<void>,
  timeoutMs?: number,
): void {
  if ('unavailable' in server) notRun(server);
  else test(name, () => run(server), timeoutMs);
}
