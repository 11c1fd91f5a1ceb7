import { type FakeProviders, startFakeProviders } from '@drippulse/fake-providers';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, findTexts, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startOwnDatabase } from '../src/own-database.ts';

let database: TestDatabase;
let client: pg.Client;
let fakes: FakeProviders;
let platform: RunningPlatform;

beforeAll(async () => {
  database = await startOwnDatabase();
  fakes = await startFakeProviders();
  platform = await startLayout('start', { env: { DATABASE_URL: database.url, PROVIDER_HOSTS_OVERRIDE: fakes.url } });
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await platform?.dispose();
  await fakes?.stop();
  await database?.drop();
});

const connections = {
  slack: { bot_token: 'xoxb-1234567890-canarysecret' },
  hubspot: { access_token: 'pat-na1-canarysecret-0001' },
  sendgrid: { api_key: 'SG.canarysecret0000.11111111111111111111', default_from_email: 'hello@example.com' },
};
const people = ['zephyrine', 'ada', 'alan'].map((name) => ({
  email: `${name}.canary@example.com`,
  first_name: name,
  lead_ref: `crm-${name}`,
}));

test('a workflow acts at three providers by connections, once for each person, and no secret or person is stored of it', async () => {
  const { api } = platform;
  for (const [provider, credentials] of Object.entries(connections)) {
    const made = await api.post('/api/v1/integration_connections?test=false', { provider, credentials });
    expect(made).toMatchObject({ status: 201 });
  }
  const { body: catalog } = await api.get('/api/v1/integration_connections/providers');
  const hubspot = catalog.providers.find(({ key }: { key: string }) => key === 'hubspot');
  expect(hubspot.actions.map(({ name }: { name: string }) => name)).toContain('upsert_contact');

  const action = { integration_id: 'hs', action: 'upsert_contact' };
  const misspelt = { type: 'integration_action', config: { ...action, payload: { emial: '{{ email }}' } } };
  expect(await api.post('/api/v1/workflows', { name: 'Misspelt', steps: [misspelt] })).toMatchObject({
    status: 422,
    body: { error: 'unsupported_integration_action' },
  });
  const payload = { email: '{{ email }}', first_name: '{{ first_name }}' };
  const steps = [
    { type: 'integration_action', config: { ...action, payload } },
    { type: 'alert', config: { channel: '#sales', message: '{{ first_name }} is contact {{ result.id }}' } },
    { type: 'email', config: { integration_id: 'sg', subject: 'Dear {{ first_name }}', body: '<p>Hello</p>' } },
    { type: 'log', config: { message: 'done' } },
  ];
  const { body: workflow } = await api.post('/api/v1/workflows', { name: 'Acts', status: 'active', steps });
  // The mail has a connection, so the test run reports the same as a live run.
  const { body: tested } = await api.post(`/api/v1/workflows/${workflow.id}/test`, {});
  const tried = tested.steps.find(({ type }: { type: string }) => type === 'email');
  expect([tried.status, tried.logs[0]]).toEqual(['succeeded', expect.stringContaining('[test] Would send email')]);
  const path = `/api/v1/workflows/${workflow.id}/enrollments`;
  const [gone] = people;
  expect(await api.post('/api/v1/suppressions', { email: gone?.email, reason: 'manual' })).toMatchObject({
    status: 201,
  });
  expect(await api.post(`${path}/bulk`, { contacts: people })).toMatchObject({ status: 201 });
  await eventually(async () => {
    const { body } = await api.get(path);
    expect(body.step_funnel.totals).toMatchObject({ completed: people.length, failed: 0 });
  });

  expect(fakes.refusals()).toEqual([]);
  const done = (key: 'slack' | 'hubspot' | 'sendgrid') => [...fakes.provider(key).effects().values()];
  expect(done('hubspot')).toEqual([1, 1, 1]);
  expect(done('slack')).toHaveLength(people.length);
  // A suppressed person gets no mail, no matter which integration would send it.
  const mails = fakes.provider('sendgrid').requests('POST /v3/mail/send');
  expect(mails).toHaveLength(people.length - 1);
  expect(JSON.stringify(mails.map(({ body }) => body))).not.toContain(gone?.email);
  expect(JSON.stringify(mails[0]?.body)).toContain('List-Unsubscribe');

  const stored = await findTexts(client, ['canarysecret', '.canary@'], ['events.embedded_log.value']);
  expect(stored.filter((place) => place.includes('canarysecret') || place.startsWith('integrations.'))).toEqual([]);
});
