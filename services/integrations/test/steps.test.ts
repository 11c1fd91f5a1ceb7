import { randomUUID } from 'node:crypto';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { type FakeProviders, startFakeProviders } from '@drippulse/fake-providers';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { ask, settle, type TestEffect } from './effects.ts';
import { editor, type Harness, startHarness } from './effects-harness.ts';

let fakes: FakeProviders;
let harness: Harness;
beforeAll(async () => {
  fakes = await startFakeProviders();
  harness = await startHarness({ env: { PROVIDER_HOSTS_OVERRIDE: fakes.url } });
  await harness.addConnection('sendgrid', { api_key: 'SG.secret.1234567890', default_from_email: 'hello@example.com' });
  await harness.addConnection('google_workspace', { access_token: 'ya29.secret' });
  await harness.addConnection('microsoft365', { access_token: 'eyJ.secret' });
  await harness.addConnection('slack', { bot_token: 'xoxb-secret', default_channel: '#alerts' });
  await harness.addConnection('hubspot', { access_token: 'pat-secret' });
});
afterAll(async () => {
  await harness?.stop();
  await fakes?.stop();
});
afterEach(() => {
  expect(fakes.refusals()).toEqual([]);
});

const mailers = ['sendgrid', 'google_workspace', 'microsoft365'] as const;
const client = () => harness.effects(editor);
const effectOf = (kind: string, request: object): TestEffect => ({
  ...{ key: randomUUID(), kind, plannedAt: timestampNow() },
  request: { connection_key: 'default', ...request },
});
const total = (effects: ReadonlyMap<string, number>) => [...effects.values()].reduce((sum, count) => sum + count, 0);

/** A mail as the runtime composes it. */
const mail = (integration: string) =>
  effectOf('email', {
    integration_id: integration,
    to: 'ada@example.com',
    from: 'sales@example.com',
    from_name: 'Sales',
    reply_to: 'answers@example.com',
    subject: 'Welcome, Ada',
    html: '<p>Hello Ada</p>',
    text: 'Hello Ada',
    headers: {
      'Auto-Submitted': 'auto-generated',
      'List-Unsubscribe': '<https://drip.example.com/u/1>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    message_id: '<0199d3b2.1@example.com>',
    category: 'news',
  });

test.each(mailers)('a mail by %s goes out once, however often it is asked for', async (integration) => {
  const fake = fakes.provider(integration);
  const before = total(fake.effects());
  const effect = mail(integration);
  expect((await ask(client(), effect))?.outcome).toMatchObject({ case: 'succeeded' });
  expect((await ask(client(), effect))?.outcome).toMatchObject({ case: 'succeeded' });
  expect(total(fake.effects()) - before).toBe(1);
});

test.each(mailers)('a mail by %s whose answer is lost is not sent twice', async (integration) => {
  const fake = fakes.provider(integration);
  const before = total(fake.effects());
  fake.fail({ reset: true, happens: true });
  const { outcome } = await settle(client(), mail(integration), { attempts: 3 });
  const ofUnknown = { case: 'failed', value: { error: expect.stringMatching(/^outcome_unknown: /) } };
  expect(outcome).toMatchObject(integration === 'google_workspace' ? { case: 'succeeded' } : ofUnknown);
  expect(total(fake.effects()) - before).toBe(1);
});

test.each(mailers)('without a connection to %s a mail is skipped with its reason', async (integration) => {
  const effect = mail(integration);
  const other = { ...effect, request: { ...effect.request, connection_key: 'other' } };
  expect((await ask(client(), other))?.outcome).toMatchObject({
    case: 'skipped',
    value: { reason: expect.stringMatching(`^no usable connection for ${integration}: there is no connection`) },
  });
});

test('an alert is a message to its channel, or to that of the connection', async () => {
  const slack = fakes.provider('slack');
  for (const channel of ['#sales', null]) {
    const alert = effectOf('alert', { integration_id: 'slack', channel, message: 'Ada asked for a demo' });
    expect((await ask(client(), alert))?.outcome).toMatchObject({ case: 'succeeded' });
  }
  const posted = slack.requests('POST /chat.postMessage').map(({ body }) => body);
  expect(posted).toMatchObject([{ channel: '#sales' }, { channel: '#alerts' }]);
});

test('a lead of the CRM step is a contact of HubSpot, and its id is in the output', async () => {
  const fields = { email: 'ada@example.com', first_name: 'Ada', status: 'new' };
  const lead = effectOf('crm_create_lead', { integration_id: 'hubspot', fields });
  const outcome = (await ask(client(), lead))?.outcome;
  expect(outcome).toMatchObject({ case: 'succeeded' });
  const output = outcome?.case === 'succeeded' ? JSON.parse(Buffer.from(outcome.value.output).toString()) : undefined;
  expect(output).toMatchObject({ id: expect.any(String) });
  const without = effectOf('crm_create_lead', { integration_id: 'hubspot', fields: { first_name: 'Ada' } });
  expect((await ask(client(), without))?.outcome).toMatchObject({ case: 'failed', value: { retryable: false } });
});
