import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type FakeProviders, startFakeProviders } from '../src/index.ts';

let fakes: FakeProviders;
beforeAll(async () => {
  fakes = await startFakeProviders();
});
afterEach(() => fakes.provider('slack').reset());
afterAll(() => fakes.stop());

const post = (body: object, token = 'xoxb-1') =>
  fetch(`${fakes.url}/slack.com/api/chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
const hello = { channel: '#sales', text: 'Hello' };

test('a request is answered from the state, and its effect is counted', async () => {
  const slack = fakes.provider('slack');
  const answer = await (await post(hello)).json();
  expect(answer).toMatchObject({ ok: true, channel: 'C0000000002' });
  expect([...slack.effects()]).toEqual([['message:C0000000002:Hello', 1]]);
  expect(slack.state.messages).toMatchObject([{ text: 'Hello' }]);
  expect(slack.requests()).toMatchObject([{ operation: 'POST /chat.postMessage', token: 'xoxb-1', problems: [] }]);
});

test.each([
  ['a misspelt field', { ...hello, txet: 'Hello' }],
  ['a field of another type', { ...hello, text: 1 }],
  ['a missing field', { channel: '#sales' }],
])('%s is refused, and nothing happens', async (_case, body) => {
  expect((await post(body)).status).toBe(400);
  expect(fakes.provider('slack').effects().size).toBe(0);
  expect(fakes.refusals()).toHaveLength(1);
});

test('a place that the description does not have is refused', async () => {
  const response = await fetch(`${fakes.url}/slack.com/api/chat.postMessages`, { method: 'POST' });
  expect(response.status).toBe(400);
});

test('a token that is refused gets the answer of the provider', async () => {
  fakes.provider('slack').refuse('xoxb-old');
  expect(await (await post(hello, 'xoxb-old')).json()).toEqual({ ok: false, error: 'invalid_auth' });
});

test('a failure happens as often as it says, before or after the effect', async () => {
  const slack = fakes.provider('slack');
  slack.fail({ status: 429, headers: { 'retry-after': '3' }, body: { ok: false, error: 'ratelimited' }, times: 2 });
  slack.fail({ reset: true });
  slack.fail({ reset: true, happens: true });
  slack.fail({ operation: 'POST /auth.test', status: 500 });
  expect((await post(hello)).status).toBe(429);
  expect((await post(hello)).headers.get('retry-after')).toBe('3');
  await expect(post(hello)).rejects.toThrow();
  expect(slack.effects().size).toBe(0);
  await expect(post(hello)).rejects.toThrow();
  expect(slack.effects().size).toBe(1);
  expect((await post(hello)).status).toBe(200);
  expect([...slack.effects().values()]).toEqual([2]);
});
