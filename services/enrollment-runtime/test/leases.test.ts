import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Harness, startHarness } from './harness.ts';
import { contacts, makeWorkflow } from './workflow.ts';

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  // The lease is long enough for a machine that is busy for a few seconds.
  harness = await startHarness({ leaseMs: 6_000 });
});
afterAll(async () => {
  await harness.stop();
  await receiver.stop();
});

test('leases are renewed while another transaction locks one of the runs, and each effect is performed once', async () => {
  const answer = receiver.hold();
  const { id: workflowId } = await makeWorkflow(harness, [
    { type: 'webhook_callback', url: `${receiver.url}/hook`, timeout_seconds: 30 },
  ]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) });
  await receiver.received(3);
  const leases = async () => {
    const rows = await harness.db
      .selectFrom('runs')
      .select(['enrollment_id', 'fence', 'lease_until'])
      .where('workflow_id', '=', workflowId)
      .execute();
    return new Map(
      rows.map((row) => [row.enrollment_id, { fence: row.fence, until: row.lease_until?.getTime() ?? 0 }]),
    );
  };
  const [locked = 0n, ...others] = enrollmentIds;
  // Locks the run like an event that changes the run.
  await harness.db.transaction().execute(async (trx) => {
    await trx.selectFrom('runs').select('enrollment_id').where('enrollment_id', '=', locked).forUpdate().execute();
    const before = await leases();
    await eventually(async () => {
      const after = await leases();
      for (const id of others) expect(after.get(id)?.until).toBeGreaterThan(before.get(id)?.until ?? 0);
    });
    const after = await leases();
    // If a lease had ended and the run had been claimed again, the fence would differ.
    for (const id of others) expect(after.get(id)?.fence).toBe(before.get(id)?.fence);
    expect(after.get(locked)).toEqual(before.get(locked));
  });
  const unlocked = await leases();
  await eventually(async () => {
    expect((await leases()).get(locked)?.until).toBeGreaterThan(unlocked.get(locked)?.until ?? 0);
  });
  answer();
  await eventually(async () => {
    const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId });
    expect(stepFunnel?.totals).toMatchObject({ completed: 3n });
  });
  expect(receiver.requests).toHaveLength(3);
});
