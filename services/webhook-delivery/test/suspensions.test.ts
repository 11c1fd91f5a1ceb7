import { setSuspended } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readOverdue } from '../src/lanes/overdue.ts';
import { nextDueInMs } from '../src/sending/due-lanes.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const group = 'webhook-delivery-suspensions';
const suspend = (isNowSuspended: boolean, sequence: bigint) =>
  setSuspended({ events: harness.events, group }, { organizationId: editor.organizationId, isNowSuspended, sequence });

test('deliveries of a suspended organization wait, others go on, and after the resumption each is sent once', async () => {
  const { url } = harness.receiver;
  const { id } = await harness.create({ url: `${url}/ours` });
  await harness.create({ url: `${url}/theirs` }, stranger);
  await suspend(true, 1n);
  await harness.publish(['a', 'b']);
  await harness.webhooks(editor).testWebhook({ id });
  await harness.publish(['c', 'd'], { organizationId: stranger.organizationId });
  await harness.receiver.received(2);
  await eventually(async () => expect(await harness.db.selectFrom('queue').selectAll().execute()).toHaveLength(3));
  expect(harness.receiver.requests.map((request) => request.url)).toEqual(['/theirs', '/theirs']);
  // No loop wakes for the waiting deliveries, and they are not measured as overdue.
  await harness.pass(3_600);
  expect(await nextDueInMs(harness.db, [])).toBeUndefined();
  expect(await readOverdue(harness.db)).toEqual({ seconds: { small: 0, large: 0 }, large: new Set() });
  await suspend(false, 2n);
  await harness.receiver.received(5);
  await eventually(async () => expect(await harness.db.selectFrom('queue').selectAll().execute()).toEqual([]));
  expect(harness.receiver.requests.filter((request) => request.url === '/ours')).toHaveLength(3);
});
