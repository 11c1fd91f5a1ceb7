import { maintainPartitions } from '@drippulse/db';
import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { deliveryPartitions } from '../src/db/partitions.ts';
import { editor, type Harness, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const dayMs = 86_400_000;

async function kept(): Promise<number[]> {
  const { db } = harness;
  const tables = ['payloads', 'deliveries', 'attempts'] as const;
  return Promise.all(tables.map(async (table) => (await db.selectFrom(table).select('event_at').execute()).length));
}

async function letPass(days: number): Promise<void> {
  const now = new Date(Date.now() + days * dayMs);
  for (const partitioning of deliveryPartitions) await maintainPartitions(harness.db, partitioning, now);
}

test('a disabled webhook keeps its queue for thirty days, and what is left of it then is forgotten', async () => {
  const { id } = await harness.create({ url: `${harness.receiver.url}/gone` });
  harness.receiver.answer({ status: 503, headers: { 'webhook-delivery': 'disable' } });
  await harness.publish(['Old', 'Young'], { workflowId: 1n });
  await eventually(async () => {
    expect((await harness.webhooks(editor).getWebhook({ id })).webhook?.active).toBe(false);
  });
  const queue = () =>
    harness.db.selectFrom('queue').select(['delivery_id', 'is_leased']).orderBy('delivery_id').execute();
  const [old, young] = await eventually(async () => {
    const rows = await queue();
    expect(rows.map(({ is_leased }) => is_leased)).toEqual([false, false]);
    return rows;
  });
  for (const [row, days] of [
    [old, 31],
    [young, 29],
  ] as const) {
    await sql`
      update queue set due_at = now() - ${days} * interval '1 day'
      where delivery_id = ${row?.delivery_id}`.execute(harness.db);
  }
  // Starts another process, because the loop runs once when it starts.
  await harness.startAnother();
  await eventually(async () => expect(await queue()).toEqual([young]));
  await harness.webhooks(editor).deleteWebhook({ id });
});

test('payloads, deliveries and attempts are kept for thirty days and fall together, with the partition of their day', async () => {
  harness.receiver.answer({});
  const { id } = await harness.create();
  await harness.publish(['Kept']);
  await eventually(async () => {
    const [delivery] = await harness.deliveries(id, 1);
    expect(delivery?.status).toBe(WebhookDeliveryStatus.DELIVERED);
  });
  const before = await kept();
  await letPass(29);
  expect(await kept()).toEqual(before);
  await letPass(32);
  expect(await kept()).toEqual([0, 0, 0]);
});
