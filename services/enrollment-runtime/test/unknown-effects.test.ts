import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Harness, startHarness } from './harness.ts';
import { contacts, makeWorkflow } from './workflow.ts';

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness();
});
afterAll(async () => {
  await harness.stop();
  await receiver.stop();
});

test('an effect of a kind that only a newer process knows stays as it is and delays no other', async () => {
  receiver.answer({ status: 503 });
  const callback = { type: 'webhook_callback', url: `${receiver.url}/hook` };
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger' }, callback]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) });
  const retried = async () => {
    const { rows } = await sql`
      select from runs where workflow_id = ${workflowId} and phase = 'effect' and lease_until is null`.execute(
      harness.db,
    );
    return rows.length;
  };
  await eventually(async () => expect(await retried()).toBe(3));

  await sql`update effects set kind = 'fax' where enrollment_id = ${enrollmentIds[1]}`.execute(harness.db);
  receiver.clear();
  receiver.answer({});
  harness.pass(3_600_000);
  const shown = async () => {
    const { enrollments } = await harness.enrollments().listEnrollments({ workflowId });
    return enrollments.map(({ status }) => status).reverse();
  };
  const { ACTIVE, COMPLETED } = EnrollmentStatus;
  await eventually(async () => expect(await shown()).toEqual([COMPLETED, ACTIVE, COMPLETED]));
  expect(receiver.requests).toHaveLength(2);
});
