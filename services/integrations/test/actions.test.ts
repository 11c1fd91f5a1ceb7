import { timestampDate } from '@bufbuild/protobuf/wkt';
import { fromConnectError } from '@drippulse/rpc';
import { type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { actionEffect, ask } from './effects.ts';
import { editor, type Harness, startHarness, stranger } from './effects-harness.ts';
import { fixtureCatalog } from './fixture-provider.ts';

const secret = 'tok_1234567890abcdef';
let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  const limits = [{ points: 5, seconds: 30, counts: ({ path }: { path: string }) => path === '/look' }];
  harness = await startHarness({
    env: { PROVIDER_HOSTS_OVERRIDE: receiver.url },
    overrides: { catalog: fixtureCatalog({ limits }) },
  });
  await harness.addConnection('zoom', { token: secret, room: 'r7' });
  await harness.addConnection('zoom', { token: secret }, { externalKey: 'second' });
  await harness.addConnection('zoom', { token: secret }, { externalKey: 'third' });
  await harness.addConnection('zoom', { token: secret }, { externalKey: 'dead' });
});
afterAll(async () => {
  await harness?.stop();
  await receiver?.stop();
});
beforeEach(() => {
  receiver.clear();
  receiver.answer({ body: '{"id":1}' });
});

const client = (caller = editor) => harness.effects(caller);
const outcomeOf = async (...given: Parameters<typeof ask>) => (await ask(...given))?.outcome;
const failed = (error: RegExp | string, retryable = false) => ({
  case: 'failed',
  value: { retryable, error: typeof error === 'string' ? error : expect.stringMatching(error) },
});

test('an action goes to the host of its provider with the credentials of its connection, and its output comes back', async () => {
  const outcome = await outcomeOf(client(), actionEffect('post'));
  expect(outcome).toMatchObject({ case: 'succeeded', value: { message: 'Called post of Fixture' } });
  const output = outcome?.case === 'succeeded' ? Buffer.from(outcome.value.output).toString() : '';
  expect(JSON.parse(output)).toEqual({ id: '{"id":1}' });
  const [sent] = receiver.requests;
  expect(sent).toMatchObject({ method: 'POST', url: '/api.fixture.example/posts' });
  expect(sent?.headers).toMatchObject({ authorization: `Bearer ${secret}`, 'content-type': 'application/json' });
  expect(JSON.parse(sent?.body.toString() ?? '')).toMatchObject({ text: 'Hello', room: 'r7' });
});

test.each([
  ['an unknown integration', { integration_id: 'nobody' }, /^there is no integration nobody$/],
  ['an unknown action', { action: 'nothing' }, /^Fixture has no action nothing$/],
  [
    'a field that the action does not have',
    { payload: { txet: 'x' } },
    /txet is not a field of this action; did you mean text\?/,
  ],
  ['an empty text for a required field', { payload: { text: ' ' } }, /text is required/],
  ['no connection', { connection_key: 'other' }, /^no usable connection for zoom: there is no connection/],
])('%s fails for good, and nothing is sent', async (_what, more, error) => {
  expect(await outcomeOf(client(), actionEffect('post', more))).toMatchObject(failed(error));
  expect(receiver.requests).toEqual([]);
});

test("another organization's connection is as if there were none", async () => {
  expect(await outcomeOf(client(stranger), actionEffect('post'))).toMatchObject(
    failed(/^no usable connection for zoom/),
  );
});

test('a disabled connection is not used', async () => {
  const id = await harness.addConnection('zoom', { token: secret }, { externalKey: 'off' });
  await sql`update connections set status = 'disabled' where id = ${id}`.execute(harness.db);
  expect(await outcomeOf(client(), actionEffect('post', { connection_key: 'off' }))).toMatchObject(
    failed(/is disabled$/),
  );
});

test('a test enrollment calls no provider', async () => {
  const refused = await client({ ...editor, mode: 'test' })
    .performEffect({ key: 'x' })
    .catch(fromConnectError);
  expect(refused).toMatchObject({ kind: 'permission_denied', reason: 'test_mode' });
});

test("a provider's words are shown without the credentials in them", async () => {
  receiver.answer({ status: 400, body: JSON.stringify(`bad token ${secret}`) });
  const outcome = await outcomeOf(client(), actionEffect('post'));
  expect(outcome).toMatchObject(failed(/bad token /));
  expect(
    JSON.stringify(outcome?.value, (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain(secret);
});

test('refused credentials fail the step, and are not tried again and again', async () => {
  receiver.answer({ status: 401 });
  const at = { connection_key: 'dead' };
  expect(await outcomeOf(client(), actionEffect('put', at))).toMatchObject(failed(/refused/));
  expect(receiver.requests).toHaveLength(1);
});

test('a link to a next page that leads elsewhere never sees a credential', async () => {
  for (const page of [
    'https://evil.example/next',
    'https://api.fixture.example.evil.example/',
    'http://api.fixture.example/',
    '//evil.example/',
  ]) {
    expect(await outcomeOf(client(), actionEffect('next_page', { payload: { text: page } }))).toMatchObject(
      failed(/foreign_host/),
    );
  }
  expect(receiver.requests).toEqual([]);
  const own = actionEffect('next_page', { payload: { text: 'https://api.fixture.example/next?page=2' } });
  expect(await outcomeOf(client(), own)).toMatchObject({ case: 'succeeded' });
  expect(receiver.requests[0]?.url).toBe('/api.fixture.example/next?page=2');
});

test('a redirect is not a way to another host', async () => {
  receiver.answer({ status: 302, headers: { location: `${receiver.url}/elsewhere` } });
  expect(await outcomeOf(client(), actionEffect('put'))).toMatchObject({ case: 'failed' });
  expect(receiver.requests).toHaveLength(1);
});

test('what may have been done is repeated where that does no harm, and is left to a person where it does', async () => {
  receiver.answer({ status: 500 });
  expect(await outcomeOf(client(), actionEffect('put'))).toMatchObject(failed(/refused/, true));
  expect(await outcomeOf(client(), actionEffect('post'))).toMatchObject(failed(/^outcome_unknown: /));
  expect(await outcomeOf(client(), actionEffect('post', { on_unknown: 'repeat' }))).toMatchObject(
    failed(/refused/, true),
  );
  receiver.answer({ reset: true });
  expect(await outcomeOf(client(), actionEffect('post'))).toMatchObject(failed(/^outcome_unknown: /));
  expect(await outcomeOf(client(), actionEffect('look'))).toMatchObject(failed(/did not answer/, true));
});

test('a pause after half of an action that cannot be repeated is no reason to do that half again', async () => {
  receiver.answer(({ url }) => (url.endsWith('/half') ? { body: '{}' } : { status: 503 }));
  expect(await outcomeOf(client(), actionEffect('open_and_post'))).toMatchObject(failed(/^outcome_unknown: /));
});

test('an account whose provider asks for a pause is left alone by everybody, and its effects come again without an attempt', async () => {
  receiver.answer({ status: 429, headers: { 'retry-after': '120' } });
  const at = { connection_key: 'second' };
  const first = actionEffect('put', at);
  const before = Date.now();
  const outcome = await outcomeOf(client(), first);
  expect(outcome).toMatchObject({ case: 'postponed', value: { rule: 'provider_limit' } });
  const until = outcome?.case === 'postponed' && outcome.value.until ? timestampDate(outcome.value.until).getTime() : 0;
  expect(until).toBeGreaterThanOrEqual(before + 120_000);
  expect(await outcomeOf(client(), actionEffect('post', at))).toMatchObject({ case: 'postponed' });
  expect(receiver.requests).toHaveLength(1);
  // The pause applies only to this account, not to other accounts.
  receiver.answer({ body: '{}' });
  expect(await outcomeOf(client(), actionEffect('post'))).toMatchObject({ case: 'succeeded' });
});

test('the rate of an account is kept before the provider has to refuse', async () => {
  const effects = Array.from({ length: 8 }, () => actionEffect('look', { connection_key: 'third' }));
  const outcomes = await Promise.all(effects.map((effect) => outcomeOf(client(), effect)));
  const counts = Map.groupBy(outcomes, (outcome) => outcome?.case);
  expect([counts.get('succeeded')?.length, counts.get('postponed')?.length]).toEqual([5, 3]);
  expect(receiver.requests).toHaveLength(5);
});

test('what is stored of an effect names nobody, and opens with its request alone', async () => {
  const canary = 'canary.person@example.com';
  receiver.answer({ body: JSON.stringify({ email: canary }) });
  const effect = actionEffect('post', { payload: { text: canary } });
  const first = await ask(client(), effect);
  const { rows } = await sql<{ row: string }>`
    select effects::text as row from effects where effect_key = ${effect.key}`.execute(harness.db);
  const row = rows[0]?.row ?? '';
  expect(row).toContain('succeeded');
  expect(row).not.toContain(canary);
  expect(row).not.toContain(Buffer.from(canary).toString('hex'));
  expect(await ask(client(), effect)).toEqual(first);
  // An empty request stands for a request that the runtime has emptied because the person was erased.
  const erased = await ask(client(), { ...effect, request: {} });
  expect(erased?.outcome).toMatchObject({ case: 'succeeded', value: { message: 'Was done before' } });
  expect(receiver.requests).toHaveLength(1);
});
