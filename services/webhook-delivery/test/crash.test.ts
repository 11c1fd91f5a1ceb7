import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
let child: ChildProcess;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  child.kill('SIGKILL');
  await harness.stop();
});

/** Makes a webhook and one event. A child process has sent the event to the webhook and waits for the response. */
async function sentByChild(answered: Promise<void>) {
  const webhook = await harness.create();
  await harness.stopServices();
  harness.receiver.answer(async (_request, index) => {
    if (index === 0) await answered;
    return {};
  });
  child = spawn(process.execPath, [fileURLToPath(new URL('child-service.ts', import.meta.url))], {
    env: { ...process.env, NODE_OPTIONS: '', TEST_CONFIG: JSON.stringify(harness.config) },
    stdio: 'ignore',
  });
  const [eventId] = await harness.publish(['Nurture']);
  await harness.receiver.received(1);
  return { webhook, eventId };
}

async function delivered(webhookId: bigint, attempts: number) {
  await eventually(async () => {
    const [delivery] = await harness.deliveries(webhookId, 1);
    expect(delivery?.status).toBe(WebhookDeliveryStatus.DELIVERED);
    expect(delivery?.attempts.map(({ number }) => number)).toEqual(Array.from({ length: attempts }, (_, n) => n + 1));
  });
}

test('a process killed between send and record is followed by the same id and bytes, and no attempt number is missing', async () => {
  const { webhook, eventId } = await sentByChild(new Promise(() => undefined));
  child.kill('SIGKILL');
  await once(child, 'exit');
  await harness.startAnother();
  await harness.pass(31);
  const [first, second] = await harness.receiver.received(2);
  expect(second?.headers['webhook-id']).toBe(eventId);
  expect(second?.body).toEqual(first?.body);
  await delivered(webhook.id, 1);
});

test('a process frozen past its lease records its attempt and moves nothing', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const { webhook } = await sentByChild(answered);
  child.kill('SIGSTOP');
  await harness.startAnother();
  await harness.pass(31);
  await harness.receiver.received(2);
  await delivered(webhook.id, 1);
  answer();
  child.kill('SIGCONT');
  await delivered(webhook.id, 2);
  expect(harness.receiver.requests).toHaveLength(2);
  expect(await harness.db.selectFrom('queue').selectAll().execute()).toEqual([]);
});
