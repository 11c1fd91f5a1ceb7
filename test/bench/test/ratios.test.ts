import { expect, test } from '@jest/globals';
import { engine } from '../src/engine/engine.ts';
import { gateway } from '../src/gateway/gateway.ts';
import { idle } from '../src/idle/idle.ts';
import { installPeers } from '../src/peers.ts';

// Ratios and CPU time hold on a busy machine as well; absolute figures do not, and are not looked at here.
const options = { short: true, allPeers: false, progress: () => undefined };

function missingPeers(): string | undefined {
  try {
    installPeers(options);
    return undefined;
  } catch (error) {
    return `${String(error)}. Peers of the benches come from the npm registry.`;
  }
}

const missing = missingPeers();
if (missing !== undefined && process.env['CI'] !== 'true') {
  test.skip(`NOT RUN: ${missing}`, () => undefined);
} else {
  test('a step with its timeline costs less than a job of pg-boss', async () => {
    if (missing !== undefined) throw new Error(missing);
    const figures = await engine(options);
    expect(figures['cpu_ratio_pgboss']).toBeGreaterThan(1.2);
    expect(figures['ratio_pgboss']).toBeGreaterThan(1);
  }, 120_000);

  test('an idle platform asks its database little', async () => {
    if (missing !== undefined) throw new Error(missing);
    const figures = await idle(options);
    expect(figures['transactions_per_second']).toBeLessThan(30);
  }, 120_000);
}

test('a request costs at most so many times a bare handler, and answers the same bytes', async () => {
  const figures = await gateway(options);
  expect(figures['cpu_ratio']).toBeLessThan(3.5);
}, 120_000);
