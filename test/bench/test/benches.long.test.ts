import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { benches } from '../src/benches.ts';
import { runBench } from '../src/comparing/run-bench.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test.each([...benches.keys()])(
  'the bench %s measures, whatever it measures',
  async (name) => {
    const { signal } = new AbortController();
    const figures = await runBench(root, name, { short: true, signal });
    expect(Object.keys(figures).length).toBeGreaterThan(2);
  },
  600_000,
);
