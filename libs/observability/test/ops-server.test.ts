import { failedJobs } from '@drippulse/loops';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { counter, createMetrics, type OpsServer, startOpsServer } from '../src/index.ts';

let ops: OpsServer;
let isReady: boolean;
let isAlive: boolean;
let hangs: boolean;
let answerLate: (isThere: boolean) => void;
beforeEach(async () => {
  isReady = true;
  isAlive = true;
  hangs = false;
  const registries = ['one', 'two'].map(createMetrics);
  for (const [index, registry] of registries.entries()) {
    counter(registry, 'drippulse_enrollments_started_total').inc(index + 1);
  }
  ops = await startOpsServer({
    service: 'both',
    leaveMs: 0,
    alive: () => isAlive,
    host: '127.0.0.1',
    port: 0,
    registries,
    parts: {
      database: () => isReady,
      hanging: () => (hangs ? new Promise<boolean>((resolve) => (answerLate = resolve)) : true),
    },
  });
});
afterEach(() => ops.stop());

const get = (path: string) => fetch(`http://127.0.0.1:${ops.port}${path}`);

test('two services of one process have the same instrument, told apart by their label', async () => {
  const text = await (await get('/metrics')).text();
  expect(text).toContain('drippulse_enrollments_started_total{service="one"} 1\n');
  expect(text).toContain('drippulse_enrollments_started_total{service="two"} 2\n');
  expect(text.match(/^# TYPE drippulse_enrollments_started_total/gm)).toHaveLength(1);
  expect(text).toContain('process_resident_memory_bytes');
});

test('a job that was given up is counted by its kind', async () => {
  failedJobs.publish({ kind: 'import' });
  const text = await (await get('/metrics')).text();
  expect(text).toContain('drippulse_jobs_failed_total{kind="import",service="both"} 1\n');
});

test('readiness follows the parts, liveness does not', async () => {
  expect((await get('/ready')).status).toBe(200);
  isReady = false;
  const answer = await get('/ready');
  expect([answer.status, await answer.json()]).toEqual([503, { ok: false, parts: { database: false, hanging: true } }]);
  expect((await get('/live')).status).toBe(200);
});

test('a part that is away shows as 0', async () => {
  isReady = false;
  expect(await (await get('/metrics')).text()).toContain('drippulse_part_up{part="database",service="both"} 0\n');
});

test('readiness and metrics are answered while a part hangs, and name it', async () => {
  hangs = true;
  const [answer, metrics] = await Promise.all([get('/ready'), get('/metrics')]);
  expect([answer.status, await answer.json()]).toEqual([503, { ok: false, parts: { database: true, hanging: false } }]);
  expect(await metrics.text()).toContain('drippulse_part_up{part="hanging",service="both"} 0\n');
});

test('a part that answers late is away for metrics, and there for readiness', async () => {
  hangs = true;
  const ready = get('/ready');
  const metrics = await (await get('/metrics')).text();
  answerLate(true);
  expect(metrics).toContain('drippulse_part_up{part="hanging",service="both"} 0\n');
  expect((await ready).status).toBe(200);
});

test('liveness fails when only a restart helps', async () => {
  isAlive = false;
  expect((await get('/live')).status).toBe(503);
});

test('a process that leaves is not ready any more, and goes on', async () => {
  await ops.leave();
  expect((await get('/ready')).status).toBe(503);
  expect((await get('/live')).status).toBe(200);
});
