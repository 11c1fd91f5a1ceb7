import { createHttpClient } from '@drippulse/http';
import { type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { performEffect } from '../src/effects/effects.ts';
import { effectCall, effectContext, effectKey, now, signatureOf } from './effects.ts';

const ctx = effectContext();
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterEach(() => {
  receiver.clear();
  receiver.answer({});
});
afterAll(async () => {
  await ctx.stop();
  await receiver.stop();
});

function request(more = {}) {
  return {
    url: `${receiver.url}/leads?token=hush`,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'X-Source': 'drip' },
    body: '{"email":"a@x.org","price":1.10}',
    timeout_seconds: 5,
    sign_with: null,
    ...more,
  };
}

const perform = (more = {}, call = {}) => performEffect(ctx, effectCall('webhook_callback', request(more), call));

test('a callback carries its body as it stands and the effect key, the same on every repeat', async () => {
  await perform();
  await perform({}, { attempt: 2 });
  const [first, second] = receiver.requests;
  expect(first).toMatchObject({ method: 'POST', url: '/leads?token=hush' });
  expect(first?.headers).toMatchObject({
    'idempotency-key': effectKey,
    'x-source': 'drip',
    'content-type': 'application/json',
  });
  expect(first?.body.toString()).toBe('{"email":"a@x.org","price":1.10}');
  expect({ ...second, at: first?.at, senderPort: first?.senderPort }).toEqual(first);
});

test("a step's headers override none of the platform's", async () => {
  const headers = {
    Host: 'elsewhere.example',
    'Content-Length': '1',
    'Transfer-Encoding': 'chunked',
    'Idempotency-Key': 'mine',
    'Webhook-Id': 'mine',
    'Webhook-Signature': 'v1,mine',
    'Webhook-Timestamp': '1',
  };
  await perform({ headers, sign_with: '7' });
  const [got] = receiver.requests;
  expect(got?.body.toString()).toBe('{"email":"a@x.org","price":1.10}');
  expect(got?.headers).toMatchObject({
    host: new URL(receiver.url).host,
    'idempotency-key': effectKey,
    'webhook-id': effectKey,
  });
  expect(JSON.stringify(got?.headers)).not.toMatch(/mine|elsewhere|chunked/);
});

test('a signed callback verifies as a Standard Webhook whose id is the effect key', async () => {
  expect(await perform({ sign_with: '7' })).toMatchObject({ outcome: 'succeeded' });
  const [got] = receiver.requests;
  const timestamp = String(Math.floor(now.getTime() / 1000));
  expect(got?.headers).toMatchObject({
    'webhook-id': effectKey,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatureOf(effectKey, timestamp, got?.body.toString() ?? ''),
  });
});

test('what was to be signed and cannot be is not sent', async () => {
  const unknown = await perform({ sign_with: '8' });
  expect(unknown).toMatchObject({ outcome: 'failed', retryable: false, error: expect.stringContaining('webhook 8') });
  const foreign = await perform({ sign_with: '7' }, { organizationId: 2n });
  expect(foreign).toMatchObject({ outcome: 'failed', retryable: false });
  await expect(perform({ sign_with: 'seven' })).rejects.toThrow();
  expect(receiver.requests).toEqual([]);
});

test.each([
  ['{"id":90071992547409931}', { id: { rawJSON: '90071992547409931' } }],
  ['["a"]', ['a']],
  ['plain', 'plain'],
  ['', ''],
  ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
])('an answer of %j is the output of the step', async (body, expected) => {
  receiver.answer({ status: 201, body });
  const result = await perform();
  expect(result).toMatchObject({ outcome: 'succeeded', message: `POST ${receiver.url}/leads answered 201` });
  expect(result).toMatchObject({ output: { response: { status: 201, body: expected } } });
});

test('of a long answer the first 16 KiB are kept, as text', async () => {
  receiver.answer({ body: JSON.stringify('x'.repeat(100_000)) });
  const result = await perform();
  const kept = JSON.stringify('x'.repeat(100_000)).slice(0, 16 * 1024);
  expect(result).toMatchObject({ outcome: 'succeeded', output: { response: { body: kept, truncated: true } } });
});

test.each([
  [400, false],
  [404, false],
  [410, false],
  [422, false],
  [302, false],
  [408, true],
  [425, true],
  [429, true],
  [500, true],
  [503, true],
])('a %i is a failure, to be tried again: %s', async (status, retryable) => {
  receiver.answer({ status, headers: { 'retry-after': '7' }, body: 'because' });
  const result = await perform();
  const error = `POST ${receiver.url}/leads answered ${status}: because`;
  expect(result).toEqual({ outcome: 'failed', error, retryable, ...(retryable && { retryAfterSeconds: 7 }) });
});

test('no answer, or one that does not end in time, is tried again', async () => {
  receiver.answerNext({ reset: true }, { hang: 'at_once' }, { hang: 'after_headers' });
  expect(await perform()).toMatchObject({ outcome: 'failed', retryable: true });
  expect(await perform({ timeout_seconds: 0.2 })).toMatchObject({
    retryable: true,
    error: expect.stringContaining('timeout'),
  });
  expect(await perform({ timeout_seconds: 0.2 })).toMatchObject({
    retryable: true,
    error: expect.stringContaining('timeout'),
  });
  const gone = await startReceiver();
  await gone.stop();
  expect(await perform({ url: gone.url })).toMatchObject({
    outcome: 'failed',
    retryable: true,
    error: expect.stringContaining('refused'),
  });
});

test('an attempt ends when it is aborted', async () => {
  receiver.answer({ hang: 'at_once' });
  const controller = new AbortController();
  const attempt = perform({}, { signal: controller.signal });
  await receiver.received(1);
  controller.abort();
  expect(await attempt).toMatchObject({
    outcome: 'failed',
    retryable: true,
    error: expect.stringContaining('aborted'),
  });
});

test('a private address and plain http are refused for good, whatever name they hide behind', async () => {
  const strict = effectContext({ allowPrivate: false });
  try {
    for (const url of [
      receiver.url,
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://localhost/',
      'https://10.1.2.3/',
    ]) {
      const result = await performEffect(strict, effectCall('webhook_callback', request({ url })));
      expect(result).toMatchObject({
        outcome: 'failed',
        retryable: false,
        error: expect.stringContaining('not_allowed'),
      });
    }
  } finally {
    await strict.stop();
  }
  expect(receiver.requests).toEqual([]);
});

test('a public name that leads to a private address is refused at the connection, for good', async () => {
  const resolve = async () => ['203.0.114.7', '127.0.0.1'];
  const http = createHttpClient({ allowPrivate: false, userAgent: 'test', resolve });
  const strict = { ...ctx, adapters: { ...ctx.adapters, http } };
  const url = `https://hooks.example.com:${receiver.port}/`;
  const result = await performEffect(strict, effectCall('webhook_callback', request({ url })));
  await http.close();
  expect(result).toMatchObject({ outcome: 'failed', retryable: false });
  expect(result).toMatchObject({ error: expect.stringContaining('address_not_allowed') });
  expect(receiver.requests).toEqual([]);
});

test('a test enrollment calls nobody and says what a live one would', async () => {
  const result = await perform({}, { mode: 'test' });
  expect(result).toEqual({
    outcome: 'succeeded',
    message: `Would send POST ${receiver.url}/leads`,
    output: { response: { status: 200, body: '' } },
  });
  expect(receiver.requests).toEqual([]);
});
