import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DataSourceRunStatus } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { serveRpc, serverInterceptors } from '@drippulse/rpc';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { ended, expectWhole, makeSource, people, start, upload } from './sources.ts';
import { editor, type Harness, startHarness } from './sources-harness.ts';

let harness: Harness;
let crm: Awaited<ReturnType<typeof serveRpc>>;
beforeAll(async () => {
  harness = await startHarness();
  const name = serviceOf('crm');
  const interceptors = serverInterceptors({ tokens: harness.keys.tokensOf(name), log: harness.log });
  crm = await serveRpc({ routes: harness.crm.routes, interceptors, host: '127.0.0.1', port: 0, log: harness.log });
});
afterAll(async () => {
  await harness.stop();
  await crm.stop();
});

const rows = 4_300; // 3 pages of a file, 9 batches

async function runUntilKilled(point: string, after: number): Promise<unknown> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('child.ts', import.meta.url))], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      TEST_CONFIG: JSON.stringify(harness.config),
      TEST_PEERS: JSON.stringify({ [serviceOf('crm')]: `127.0.0.1:${crm.port}` }),
      TEST_KILL_AT: point,
      TEST_KILL_AFTER: String(after),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const deadline = setTimeout(() => child.kill('SIGTERM'), 30_000);
  const [, signal] = await once(child, 'exit');
  clearTimeout(deadline);
  return signal;
}

test('a run that is killed again and again, anywhere, loses no row and writes none twice', async () => {
  const id = await makeSource(harness);
  await harness.sources(editor).uploadDataSourceFile(upload(id, people(rows)));
  const runId = await startStopped(id);
  const random = createRandom(testSeed('kills'));
  for (const point of ['before-write', 'after-write', 'before-commit']) {
    const after = random.below(3);
    process.stdout.write(`killed ${point} after ${after}\n`);
    expect(await runUntilKilled(point, after)).toBe('SIGKILL');
    // Simulates the end of the dead process's lease.
    await sql`update jobs set wake_at = now() where status = 'running'`.execute(harness.db);
  }
  await harness.start();
  const run = await ended(harness, runId);
  expect(run).toMatchObject({
    status: DataSourceRunStatus.COMPLETED,
    counts: { read: BigInt(rows), created: BigInt(rows), updated: 0n, failed: 0n },
  });
  expectWhole(run.counts);
  expect(harness.crm.records.size).toBe(rows);
  expect([...harness.crm.records.values()].every(({ writes }) => writes === 1)).toBe(true);
  const left = await harness.db.selectFrom('source_batches').select('batch').execute();
  expect(left).toEqual([]);
});

/** Queues a run, and stops the service before it writes a batch. */
async function startStopped(id: bigint): Promise<bigint> {
  const held = await harness.db.startTransaction().execute();
  await sql`lock table source_batches in access exclusive mode`.execute(held);
  const runId = await start(harness, id);
  const stopping = harness.stopServices();
  await held.rollback().execute();
  await stopping;
  await sql`update jobs set wake_at = now() where status = 'running'`.execute(harness.db);
  return runId;
}
