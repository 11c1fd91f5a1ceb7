import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, gateway, type Harness, startHarness } from './harness.ts';
import { collect, referenceSteps } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

async function waiting(): Promise<number> {
  const { rows } = await sql`
    select 1 from pg_stat_activity where application_name = 'workflows' and wait_event_type = 'Lock'
      and datname = current_database()`.execute(harness.db);
  return rows.length;
}

test('streamed lists have connections beside those of other calls', async () => {
  const held = await harness.db.startTransaction().execute();
  await sql`lock table idempotency_keys in access exclusive mode`.execute(held);
  const request = { name: 'Waits', steps: referenceSteps };
  const writes = Promise.allSettled(
    Array.from({ length: 12 }, (_, index) =>
      harness.workflows(editor).createWorkflow(request, { headers: { 'idempotency-key': `key-${index}` } }),
    ),
  );
  try {
    // These are all connections of the pool except the connection on which the relay listens.
    await eventually(async () => expect(await waiting()).toBeGreaterThanOrEqual(9));
    expect(await collect(harness.workflows(editor).listWorkflows({}))).toMatchObject([{ totalCount: 0n }]);
    expect(await collect(harness.catalog(gateway).listChanges({ afterSequence: 0n }))).toEqual([]);
  } finally {
    await held.rollback().execute();
    await writes;
  }
});
