import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { FaultPoint } from '../src/fault-points.ts';
import { stepKinds } from '../src/rollups/kinds.ts';
import { type Harness, startHarness } from './harness.ts';
import { countsStored, publishCounts } from './steps-harness.ts';

const batches = 6;
const eventsOfBatch = 40;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  // Makes the organization known, because the process that dies cannot ask identity.
  await harness.enrollment('started');
  await harness.stored(1);
  await harness.stopServices();
});
afterAll(() => harness.stop());

test('processes that are killed before and after the commit of facts lose no event, and count none twice', async () => {
  const points: FaultPoint[] = ['before-facts-commit', 'after-facts-commit'];
  for (let batch = 0; batch < batches; batch += 1) {
    for (let event = 0; event < eventsOfBatch; event += 1) {
      if (batch % 2 === 0) await harness.enrollment('started');
      else await publishCounts(harness, [{ people: 1 }]);
    }
    for (const point of points) await killAt(point);
  }
  await harness.start();
  const each = (batches / 2) * eventsOfBatch;
  await harness.stored(1 + each);
  await countsStored(harness, each);
  const { rows } = await sql<{ count: bigint }>`
    select sum(count) as count from rollup_days where dimension = 0 and workflow_id = 0
    union all
    select sum(count) from rollup_quarters where dimension = 0 and workflow_id = 0
    union all
    select sum(count) from rollup_days where kind = ${stepKinds.people}
    union all
    select sum(count) from rollup_quarters where kind = ${stepKinds.people}`.execute(harness.db.kysely);
  expect(rows.map(({ count }) => Number(count))).toEqual([1 + each, 1 + each, each, each]);
});

/**
 * Runs the service in a child process until it dies at a point. The child has events to handle, because a process that
 * dies after the commit of facts has not marked their events as handled.
 */
async function killAt(point: FaultPoint): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('child.ts', import.meta.url))], {
    env: { ...process.env, NODE_OPTIONS: '', TEST_CONFIG: JSON.stringify(harness.config), TEST_FAULT: point },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}
