import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Receiver, startReceiver } from './receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

test('a request is recorded as it arrived', async () => {
  const answer = await fetch(`${receiver.url}/hook?a=1`, {
    method: 'POST',
    body: ' {"a":1} ',
    headers: { 'X-One': '1' },
  });
  expect(answer.status).toBe(200);
  const [request] = await receiver.received(1);
  expect(request).toMatchObject({ method: 'POST', url: '/hook?a=1', headers: { 'x-one': '1' } });
  expect(request?.body.toString()).toBe(' {"a":1} ');
});

test('answers are given in the order they were queued, then as before', async () => {
  receiver.answer({ status: 204 });
  receiver.answerNext({ status: 500, body: 'no' }, { status: 302, headers: { location: '/elsewhere' } });
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await fetch(receiver.url, { redirect: 'manual' })).status);
  expect(statuses).toEqual([500, 302, 204]);
});

test('a function answers by request and count', async () => {
  receiver.answer((request, index) => ({ body: `${request.url} ${index}` }));
  expect(await (await fetch(`${receiver.url}/a`)).text()).toBe('/a 0');
  expect(await (await fetch(`${receiver.url}/b`)).text()).toBe('/b 1');
});

test('paused requests are answered once they are released, and later ones at once', async () => {
  const release = receiver.hold({ status: 202 });
  const held = fetch(receiver.url);
  await receiver.received(1);
  expect(await Promise.race([held, new Promise((resolve) => setTimeout(resolve, 50, 'held'))])).toBe('held');
  release();
  expect((await held).status).toBe(202);
  expect((await fetch(receiver.url)).status).toBe(202);
});

test.each([{ hang: 'at_once' as const }, { hang: 'after_headers' as const }])(
  '%j never ends, and stop() still does',
  async (answer) => {
    receiver.answer(answer);
    const body = fetch(receiver.url).then((response) => response.text());
    const failure = expect(body).rejects.toThrow();
    await receiver.received(1);
    await receiver.stop();
    await failure;
    receiver = await startReceiver();
  },
);

test('a reset connection gives no answer', async () => {
  receiver.answer({ reset: true });
  await expect(fetch(receiver.url)).rejects.toThrow();
});

test('a dripped body arrives whole, a byte at a time', async () => {
  receiver.answer({ body: 'drip', dripMs: 50 });
  const { body } = await fetch(receiver.url);
  const parts: string[] = [];
  for await (const part of body ?? []) parts.push(Buffer.from(part).toString());
  expect(parts.join('')).toBe('drip');
  expect(parts.length).toBeGreaterThan(1);
});

test('waiting for requests that do not come says how many came', async () => {
  await expect(receiver.received(1, { timeoutMs: 20 })).rejects.toThrow('0 of 1 requests arrived');
});
