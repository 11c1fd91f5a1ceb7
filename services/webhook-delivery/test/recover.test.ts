import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { WebhookDeliveryStatus, WebhookRecoveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness, stranger, viewer } from './harness.ts';
import { refusal } from './refusal.ts';

const { DELIVERED, EXHAUSTED, PENDING } = WebhookDeliveryStatus;

let harness: Harness;
let child: ChildProcess | undefined;
beforeEach(async () => {
  harness = await startHarness({ leaseSeconds: 2 });
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  await harness.stop();
});

const hourAgo = () => timestampFromDate(new Date(Date.now() - 3_600_000));

/** Makes a webhook with exhausted deliveries from an outage, and with one delivery that arrived. */
async function afterOutage(count: number) {
  const { id } = await harness.create({ eventType: 'workflow.created' });
  await sql`
    with made as (
      insert into deliveries (event_at, organization_id, webhook_id, event_id, event_type, status, attempts)
      select now() - interval '30 minutes', 1, ${id}, 'evt_' || n, 'workflow.created',
             case when n = 0 then 'delivered' else 'exhausted' end, 10
      from generate_series(0, ${count}::int) n
      returning event_id, event_at
    )
    insert into payloads (organization_id, event_id, event_at, body)
    select 1, event_id, event_at, convert_to('{"id":"' || event_id || '"}', 'UTF8') from made`.execute(harness.db);
  return id;
}

function ended(webhookId: bigint, id: bigint) {
  return eventually(async () => {
    const { recovery } = await harness.webhooks(viewer).getRecovery({ webhookId, id });
    if (recovery?.status === WebhookRecoveryStatus.COMPLETED) return recovery;
    throw new Error(`status ${recovery?.status}, ${recovery?.processedCount} of ${recovery?.totalCount}`);
  });
}

const recover = async (webhookId: bigint) =>
  (await harness.webhooks(editor).recoverWebhook({ webhookId, since: hourAgo() })).recovery?.id ?? 0n;

test('a dry run says how many there are and sends nothing; the recovery sends each once more, with its id', async () => {
  const webhookId = await afterOutage(250);
  const webhooks = harness.webhooks(editor);
  const preview = await webhooks.recoverWebhook({ webhookId, since: hourAgo(), dryRun: true });
  expect(preview.recovery).toMatchObject({ webhookId, totalCount: 250n, deliveryStatus: EXHAUSTED });
  expect(preview.recovery?.id).toBeUndefined();
  expect(harness.receiver.requests).toEqual([]);
  await webhooks.deleteEventPayload({ eventId: 'evt_7' });
  const recovery = await ended(webhookId, await recover(webhookId));
  expect(recovery).toMatchObject({ totalCount: 250n, processedCount: 250n, requeuedCount: 249n, skippedCount: 1n });
  const requests = await harness.receiver.received(249);
  const ids = new Set(requests.map(({ headers }) => headers['webhook-id']));
  expect(ids.size).toBe(249);
  expect(ids.has('evt_0') || ids.has('evt_7')).toBe(false);
  await eventually(async () => {
    const { totalCount } = await webhooks.listDeliveries({ webhookId, status: DELIVERED });
    expect(totalCount).toBe(250n);
  });
});

test('what happens meanwhile does not wait for the recovery', async () => {
  const webhookId = await afterOutage(2000);
  harness.receiver.answer({ delayMs: 20 });
  await recover(webhookId);
  await harness.receiver.received(50);
  const [live] = await harness.publish(['Live']);
  const before = await eventually(() => {
    const at = harness.receiver.requests.findIndex(({ headers }) => headers['webhook-id'] === live);
    expect(at).toBeGreaterThan(0);
    return at;
  });
  expect(before).toBeLessThan(1000);
});

test('a recovery goes on where a killed process left it', async () => {
  const webhookId = await afterOutage(1500);
  await harness.stopServices();
  harness.receiver.answer({ delayMs: 5 });
  await sql`
    insert into jobs (organization_id, kind, input, total) values (1, 'webhook_recovery', ${JSON.stringify({
      webhook_id: String(webhookId),
      since: new Date(Date.now() - 3_600_000),
      until: new Date(),
      status: 'exhausted',
    })}::json, 1500)`.execute(harness.db);
  const { id } = await harness.db.selectFrom('jobs').select('id').executeTakeFirstOrThrow();
  child = spawn(process.execPath, [fileURLToPath(new URL('child-service.ts', import.meta.url))], {
    env: { ...process.env, NODE_OPTIONS: '', TEST_CONFIG: JSON.stringify(harness.config) },
    stdio: 'ignore',
  });
  await harness.receiver.received(300);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { processed } = await harness.db.selectFrom('jobs').select('processed').executeTakeFirstOrThrow();
  expect(processed).toBeGreaterThan(0n);
  expect(processed).toBeLessThan(1500n);
  await harness.startAnother();
  await harness.pass(31);
  expect(await ended(webhookId, id)).toMatchObject({ processedCount: 1500n, requeuedCount: 1500n });
  await eventually(async () => {
    const { totalCount } = await harness.webhooks(viewer).listDeliveries({ webhookId, status: DELIVERED });
    expect(totalCount).toBe(1501n);
  });
});

test('a recovery of another organization queues nothing, whatever webhook it names', async () => {
  const webhookId = await afterOutage(3);
  const input = { webhook_id: String(webhookId), since: new Date(0), until: new Date(), status: 'exhausted' };
  await sql`
    insert into jobs (organization_id, kind, input, total)
    values (2, 'webhook_recovery', ${JSON.stringify(input)}::json, 3)`.execute(harness.db);
  await harness.startAnother();
  await eventually(async () => {
    const job = await harness.db.selectFrom('jobs').select(['status', 'processed']).executeTakeFirst();
    expect(job).toEqual({ status: 'completed', processed: 0n });
  });
  const { totalCount } = await harness.webhooks(viewer).listDeliveries({ webhookId, status: EXHAUSTED });
  expect(totalCount).toBe(3n);
});

test('a cancelled recovery queues no more', async () => {
  const webhookId = await afterOutage(2000);
  harness.receiver.answer({ delayMs: 20 });
  const id = await recover(webhookId);
  await harness.receiver.received(20);
  const { recovery } = await harness.webhooks(editor).cancelRecovery({ webhookId, id });
  expect(recovery?.status).toBe(WebhookRecoveryStatus.CANCELLED);
  const { totalCount } = await harness.webhooks(viewer).listDeliveries({ webhookId, status: EXHAUSTED });
  expect(totalCount).toBe(2000n - (recovery?.requeuedCount ?? 0n));
  const again = await harness.webhooks(editor).cancelRecovery({ webhookId, id });
  expect(again.recovery?.status).toBe(WebhookRecoveryStatus.CANCELLED);
});

test('what cannot be recovered is refused, and another organization finds nothing', async () => {
  const webhookId = await afterOutage(1);
  const webhooks = harness.webhooks(editor);
  const since = hourAgo();
  expect(await refusal(webhooks.recoverWebhook({ webhookId }))).toMatchObject({ error: 'malformed parameter_missing' });
  const invalid = { error: 'invalid validation_failed' };
  expect(await refusal(webhooks.recoverWebhook({ webhookId, since, status: PENDING }))).toMatchObject(invalid);
  expect(await refusal(webhooks.recoverWebhook({ webhookId, since, until: since }))).toMatchObject(invalid);
  const id = await recover(webhookId);
  const theirs = harness.webhooks(stranger);
  const notFound = { error: 'not_found webhook_not_found' };
  expect(await refusal(theirs.recoverWebhook({ webhookId, since }))).toMatchObject(notFound);
  expect(await refusal(theirs.getRecovery({ webhookId, id }))).toMatchObject(notFound);
  const other = await harness.create();
  expect(await refusal(webhooks.getRecovery({ webhookId: other.id, id }))).toMatchObject({
    error: 'not_found recovery_not_found',
  });
  await webhooks.updateWebhook({ id: webhookId, updateMask: { paths: ['active'] }, active: false });
  expect(await refusal(webhooks.recoverWebhook({ webhookId, since }))).toMatchObject({
    error: 'failed_precondition webhook_inactive',
  });
  expect((await webhooks.recoverWebhook({ webhookId, since, dryRun: true })).recovery?.totalCount).toBeDefined();
});
