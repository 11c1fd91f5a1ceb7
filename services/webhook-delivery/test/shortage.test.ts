import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
/** Whether this process has no descriptor left for a connection, and how many connections it wanted meanwhile. */
let isShort = true;
let refused = 0;
beforeAll(async () => {
  harness = await startHarness({
    async resolve() {
      if (!isShort) return ['127.0.0.1'];
      refused += 1;
      throw Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
    },
  });
});
afterAll(() => harness.stop());

test('a process without descriptors uses up no try of a delivery, and the endpoint is not blamed', async () => {
  const { id } = await harness.create({ url: `http://hooks.example.com:${harness.receiver.port}/` });
  refused = 0;
  await harness.publish(['Later']);
  await eventually(() => expect(refused).toBeGreaterThan(0));
  const [waiting] = await harness.deliveries(id, 1);
  expect(waiting).toMatchObject({ status: WebhookDeliveryStatus.PENDING, attempts: [] });
  isShort = false;
  await eventually(async () => {
    // The end of the lease.
    await harness.pass(60);
    const [delivery] = await harness.deliveries(id, 1);
    expect(delivery?.status).toBe(WebhookDeliveryStatus.DELIVERED);
    expect(delivery?.attempts).toHaveLength(1);
  });
  const endpoint = await harness.db.selectFrom('endpoints').selectAll().where('webhook_id', '=', id).executeTakeFirst();
  expect(endpoint?.consecutive_failures).toBe(0);
});
