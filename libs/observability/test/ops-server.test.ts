import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Counter, createMetrics, type OpsServer, startOpsServer } from '../src/index.ts';

let ops: OpsServer;
let isReady: boolean;
beforeEach(async () => {
  isReady = true;
  const registries = ['one', 'two'].map(createMetrics);
  for (const [index, registry] of registries.entries()) {
    new Counter({ name: 'drippulse_tests_total', help: 'Tests', registers: [registry] }).inc(index + 1);
  }
  ops = await startOpsServer({
    host: '127.0.0.1',
    port: 0,
    registries,
    ready: async () => ({ ok: isReady, parts: { database: isReady } }),
  });
});
afterEach(() => ops.stop());

const get = (path: string) => fetch(`http://127.0.0.1:${ops.port}${path}`);

test('two services of one process have the same instrument, told apart by their label', async () => {
  const text = await (await get('/metrics')).text();
  expect(text).toContain('drippulse_tests_total{service="one"} 1\n');
  expect(text).toContain('drippulse_tests_total{service="two"} 2\n');
  expect(text.match(/^# TYPE drippulse_tests_total/gm)).toHaveLength(1);
  expect(text).toContain('process_resident_memory_bytes');
});

test('readiness follows the parts, liveness does not', async () => {
  expect((await get('/ready')).status).toBe(200);
  isReady = false;
  const answer = await get('/ready');
  expect([answer.status, await answer.json()]).toEqual([503, { ok: false, parts: { database: false } }]);
  expect((await get('/live')).status).toBe(200);
});
