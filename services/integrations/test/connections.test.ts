import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ConnectError } from '@connectrpc/connect';
import { startFakeProviders } from '@drippulse/fake-providers';
import type { IntegrationConnection } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { admin, type Harness, startHarness, stranger } from './harness.ts';

const canary = 'SG.canary0000000000000000.canary1111111111111111111111111111111111111111a';
let fakes: Awaited<ReturnType<typeof startFakeProviders>>;
let harness: Harness;
let keys = 0;

beforeAll(async () => {
  fakes = await startFakeProviders();
  harness = await startHarness({ env: { PROVIDER_HOSTS_OVERRIDE: fakes.url } });
});
afterAll(async () => {
  await harness?.stop();
  await fakes?.stop();
});

test('a connection is tested, sealed and shown with its last characters', async () => {
  const made = await create('sg', { api_key: canary, default_from_email: 'ada@example.com' });
  expect(made).toMatchObject({ provider: 'sendgrid', status: 1 });
  expect(made.lastError).toBeUndefined();
  expect(made.scopes?.granted).toContain('mail.send');
  expect(shownOf(made)).toEqual({ api_key: '••••111a', default_from_email: 'ada@example.com' });
  expect(callsOf('sendgrid', canary)).toBeGreaterThan(0);
  const { rows } = await sql<{ text: string }>`
    select connections::text as text from connections where id = ${made.id}`.execute(harness.db.kysely);
  expect(rows[0]?.text).not.toContain('canary');
  expect(rows[0]?.text).not.toContain(Buffer.from('canary').toString('hex'));
});

test.each([
  [401, { errors: [{ message: `the key ${canary} is revoked`, field: null, help: null }] }],
  [403, { errors: [{ message: `access forbidden for ${canary}`, field: null, help: null }] }],
])('credentials that the provider refuses by %s are not stored, and its words are masked', async (status, body) => {
  fakes.provider('sendgrid').fail({ status, body });
  const { reason, message } = await refusalOf(create('sendgrid', { api_key: canary }));
  expect(reason).toBe('connection_refused');
  expect(message).toMatch(/SendGrid/);
  expect(message).not.toContain('canary');
  const { integrationConnections } = await harness.connections(admin).listIntegrationConnections({});
  expect(integrationConnections.map(({ externalKey }) => externalKey)).not.toContain(`key-${keys}`);
});

test.each([
  [503, 'http_503'],
  [429, 'http_429'],
])('a provider that answers %s does not prevent a connection, which says so', async (status, code) => {
  fakes.provider('sendgrid').fail({ status, body: { errors: [{ message: 'later', field: null, help: null }] } });
  const made = await create('sendgrid', { api_key: canary });
  expect(made.lastError?.code).toBe(code);
});

test('without a test nothing is asked', async () => {
  const before = callsOf('sendgrid', canary);
  await create('sendgrid', { api_key: canary }, { test: false });
  expect(callsOf('sendgrid', canary)).toBe(before);
});

test('a second connection with the key is refused, and the provider is not asked', async () => {
  await create('sendgrid', { api_key: canary }, { externalKey: 'twice' });
  const before = callsOf('sendgrid', canary);
  const refusal = await refusalOf(create('sg', { api_key: canary }, { externalKey: 'twice' }));
  expect(refusal).toMatchObject({ kind: 'already_exists', reason: 'integration_connection_exists' });
  expect(callsOf('sendgrid', canary)).toBe(before);
});

test.each([
  ['an unknown provider', 'sendgird', { api_key: canary }, 'unknown_provider', 'did you mean sendgrid?'],
  ['a misspelt field', 'sendgrid', { api_kye: canary }, 'invalid_connection_credentials', 'did you mean api_key?'],
  ['a field that is missing', 'sendgrid', {}, 'invalid_connection_credentials', 'must have api_key'],
  ['a number', 'sendgrid', { api_key: 7 }, 'invalid_connection_credentials', 'must be a string'],
  ['a line break', 'sendgrid', { api_key: 'SG.a\r\nX-Evil: 1' }, 'invalid_connection_credentials', ''],
  [
    'a subdomain that leads elsewhere',
    'zendesk',
    { subdomain: 'evil.example/', email: 'ada@example.com', api_token: 'canary-zendesk-token' },
    'invalid_connection_credentials',
    '',
  ],
  [
    'an instance of somebody else',
    'salesforce',
    { instance_url: 'https://evil.example', access_token: 'canary-salesforce-token' },
    'invalid_connection_credentials',
    '',
  ],
  [
    'a token endpoint of somebody else',
    'zoom',
    { refresh_token: 'r', client_id: 'i', client_secret: 's', token_url: 'https://evil.example/token' },
    'invalid_connection_credentials',
    '',
  ],
])('%s is refused by name, and no credential leaves', async (_what, provider, credentials, reason, words) => {
  const before = [fakes.provider('sendgrid').requests().length, fakes.refusals()];
  const refusal = await refusalOf(create(provider, credentials));
  expect(refusal).toMatchObject({ kind: 'invalid', reason });
  expect(refusal.message).toContain(words);
  expect(refusal.message).not.toContain('canary');
  expect([fakes.provider('sendgrid').requests().length, fakes.refusals()]).toEqual(before);
});

test('a masked field keeps its value, null removes one, and new credentials get a new key', async () => {
  const made = await create('sendgrid', { api_key: canary, default_from_email: 'ada@example.com' });
  const before = await rowOf(made.id);
  const masked = await patch(made.id, { credentials: { api_key: '••••111a', default_from_email: null } });
  expect(shownOf(masked)).toEqual({ api_key: '••••111a' });
  const changed = await rowOf(made.id);
  expect(changed.data_key).not.toEqual(before.data_key);
  expect(changed.version).toBe(before.version + 1n);
  const noted = await patch(made.id, { note: 'for mails' });
  expect(noted.note).toBe('for mails');
  expect((await rowOf(made.id)).version).toBe(changed.version);
  expect(await testOf(made.id)).toMatchObject({ ok: true });
});

test('a connection that is disabled by hand is not used, and enabling it asks the provider', async () => {
  const made = await create('sendgrid', { api_key: canary });
  expect(await patch(made.id, { status: 2 })).toMatchObject({ status: 2, statusReason: 'by_hand' });
  fakes.provider('sendgrid').fail({ status: 401, body: { errors: [{ message: 'revoked', field: null, help: null }] } });
  expect(await refusalOf(patch(made.id, { status: 1 }))).toMatchObject({ reason: 'connection_refused' });
  const enabled = await patch(made.id, { status: 1 });
  expect(enabled.status).toBe(1);
  expect(enabled.statusReason).toBeUndefined();
  // Failures can be retried if they happened at most a minute before the disabling, or later.
  const { retry } = await harness.connections(admin).retryFailedEnrollments({ id: made.id });
  const { failed_at: failedAt } = await rowOf(made.id);
  expect(retry?.failedSince && timestampDate(retry.failedSince).getTime()).toBe((failedAt?.getTime() ?? 0) - 60_000);
});

test('a token that nothing can renew is refused in the words of the provider', async () => {
  const made = await create('slack', { bot_token: 'xoxb-000000000000-refused' });
  fakes.provider('slack').refuse('xoxb-000000000000-refused');
  expect(await testOf(made.id)).toMatchObject({ ok: false, checks: [{}, {}, { name: 'call', ok: false }] });
  // If a provider's message is only a code, the refusal contains the code once.
  const twice = await refusalOf(create('slack', { bot_token: 'xoxb-000000000000-refused' }));
  expect(twice.message).toBe('Slack refuses the connection: Slack answered invalid_auth');
  const { integrationConnection } = await harness.connections(admin).getIntegrationConnection({ id: made.id });
  expect(integrationConnection).toMatchObject({ status: 2, lastError: { code: 'invalid_auth' } });
});

test('credentials that were stored while others were tried stay', async () => {
  const made = await create('sendgrid', { api_key: canary });
  await patch(made.id, { status: 2 });
  const before = callsOf('sendgrid', canary);
  fakes.provider('sendgrid').fail({ delayMs: 1_500 });
  const enabling = patch(made.id, { status: 1 });
  await eventually(() => expect(callsOf('sendgrid', canary)).toBeGreaterThan(before));
  const newer = canary.replace(/a$/, 'b');
  await patch(made.id, { status: 1, credentials: { api_key: newer } }, { test: false });
  expect(shownOf(await enabling)).toEqual({ api_key: '••••111b' });
});

test('a late failure of replaced credentials is not shown at the new ones', async () => {
  const made = await create('sendgrid', { api_key: canary });
  const before = callsOf('sendgrid', canary);
  fakes.provider('sendgrid').fail({ status: 503, delayMs: 1_500, body: {} });
  const late = testOf(made.id);
  await eventually(() => expect(callsOf('sendgrid', canary)).toBeGreaterThan(before));
  await patch(made.id, { credentials: { api_key: canary.replace(/a$/, 'c') } }, { test: false });
  expect(await late).toMatchObject({ ok: false });
  const { integrationConnection } = await harness.connections(admin).getIntegrationConnection({ id: made.id });
  expect(integrationConnection).toMatchObject({ status: 1 });
  expect(integrationConnection?.lastError).toBeUndefined();
});

test('a failure of new credentials is shown, also right after the same failure of the old ones', async () => {
  const made = await create('sendgrid', { api_key: canary });
  const errorAfterTest = async () => {
    fakes.provider('sendgrid').fail({ status: 503, body: {} });
    expect(await testOf(made.id)).toMatchObject({ ok: false });
    return (await harness.connections(admin).getIntegrationConnection({ id: made.id })).integrationConnection
      ?.lastError;
  };
  const first = await errorAfterTest();
  expect(first).toBeDefined();
  const credentials = { api_key: canary.replace(/a$/, 'd') };
  expect((await patch(made.id, { credentials }, { test: false })).lastError).toBeUndefined();
  expect(await errorAfterTest()).toMatchObject({ code: first?.code });
});

test('an organization has 200 connections, also when more are asked for at the same time', async () => {
  const crowded = { ...admin, organizationId: 78n };
  const make = (externalKey: string) =>
    harness.connections(crowded).createIntegrationConnection({
      provider: 'sendgrid',
      externalKey,
      test: false,
      credentials: Buffer.from(JSON.stringify({ api_key: canary })),
    });
  const { integrationConnection } = await make('pattern');
  await sql`
    insert into connections (id, organization_id, provider, external_key, status, credentials, data_key, shown_credentials, created_at, updated_at)
    select nextval('connections_id_seq'), 78, provider, 'key-' || n, status, credentials, data_key, shown_credentials, created_at, updated_at
    from connections, generate_series(1, 196) as n where id = ${integrationConnection?.id}`.execute(harness.db.kysely);
  const made = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => make(`more-${n}`)));
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect(await refusalOf(make('last'))).toMatchObject({
    reason: 'integration_connection_limit_reached',
    message: 'An organization may have 200 connections.',
  });
});

test('the service of workflows hears which connections of an organization cannot be used, and why', async () => {
  const made = await create('sendgrid', { api_key: canary });
  const disabled = await create('sendgrid', { api_key: canary });
  await patch(disabled.id, { status: 2 });
  const connections = [made, disabled, { externalKey: 'nowhere' }].map(({ externalKey: connectionKey }) => ({
    provider: 'sendgrid',
    connectionKey,
  }));
  const ask = async (caller: Caller) =>
    (await harness.checks(caller).findUnusableConnections({ connections })).unusable;
  expect(await ask(admin)).toMatchObject([
    { connectionKey: disabled.externalKey, reason: expect.stringContaining('it is disabled') },
    { connectionKey: 'nowhere', reason: 'there is no connection of SendGrid with the key nowhere' },
  ]);
  expect(await ask({ ...stranger, role: 'admin' })).toHaveLength(connections.length);
});

test('a connection in use is deleted by force alone', async () => {
  const made = await create('sendgrid', { api_key: canary });
  harness.uses.push({ workflowId: 7n, name: 'Onboarding', stepIds: ['s2'], actions: ['send_email'] });
  try {
    const { integrationConnection } = await harness.connections(admin).getIntegrationConnection({ id: made.id });
    expect(integrationConnection?.usedBy?.workflows).toMatchObject([{ workflowId: 7n, name: 'Onboarding' }]);
    const refusal = await refusalOf(harness.connections(admin).deleteIntegrationConnection({ id: made.id }));
    expect(refusal).toMatchObject({ reason: 'connection_in_use' });
    expect(refusal.message).toContain('Onboarding (7)');
    await harness.connections(admin).deleteIntegrationConnection({ id: made.id, force: true });
  } finally {
    harness.uses.length = 0;
  }
  const gone = await refusalOf(harness.connections(admin).getIntegrationConnection({ id: made.id }));
  expect(gone).toMatchObject({ kind: 'not_found' });
});

test('a test says what fails first: the credentials themselves, then what is missing, then the provider', async () => {
  const made = await create('sendgrid', { api_key: canary });
  const other = await create('sendgrid', { api_key: `${canary}b` });
  fakes.provider('sendgrid').fail({ status: 503, body: { errors: [{ message: 'later', field: null, help: null }] } });
  expect(await testOf(made.id)).toMatchObject({
    ok: false,
    checks: [
      { name: 'decrypts', ok: true },
      { name: 'required_keys', ok: true },
      { name: 'call', ok: false },
    ],
  });
  // Credentials cannot be opened in a row to which they were copied.
  const before = callsOf('sendgrid', `${canary}b`);
  const { credentials, data_key } = await rowOf(other.id);
  await harness.db.kysely.updateTable('connections').set({ credentials, data_key }).where('id', '=', made.id).execute();
  expect(await testOf(made.id)).toMatchObject({ ok: false, checks: [{ name: 'decrypts', ok: false }] });
  expect(callsOf('sendgrid', `${canary}b`)).toBe(before);
});

test('credentials of another organization do not open in the own one', async () => {
  const made = await create('sendgrid', { api_key: canary });
  await harness.db.kysely
    .updateTable('connections')
    .set({ organization_id: stranger.organizationId, external_key: 'taken' })
    .where('id', '=', made.id)
    .execute();
  const { test: found } = await harness
    .connections({ ...stranger, role: 'admin' })
    .testIntegrationConnection({ id: made.id });
  expect(found).toMatchObject({ ok: false, checks: [{ name: 'decrypts', ok: false }] });
});

async function create(
  provider: string,
  credentials: object,
  o: { externalKey?: string; test?: boolean } = {},
): Promise<IntegrationConnection> {
  keys += 1;
  const { integrationConnection } = await harness.connections(admin).createIntegrationConnection({
    provider,
    externalKey: `key-${keys}`,
    credentials: Buffer.from(JSON.stringify(credentials)),
    ...o,
  });
  return required(integrationConnection);
}

async function patch(
  id: bigint,
  { credentials, ...members }: { credentials?: object; note?: string; status?: 1 | 2 },
  more: { test?: boolean } = {},
): Promise<IntegrationConnection> {
  const { integrationConnection } = await harness.connections(admin).updateIntegrationConnection({
    id,
    updateMask: { paths: [...Object.keys(members), ...(credentials ? ['credentials'] : [])] },
    ...members,
    ...more,
    ...(credentials && { credentials: Buffer.from(JSON.stringify(credentials)) }),
  });
  return required(integrationConnection);
}

async function testOf(id: bigint) {
  return (await harness.connections(admin).testIntegrationConnection({ id })).test;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer has no connection');
  return value;
}

async function refusalOf(call: Promise<unknown>) {
  return fromConnectError(
    await call.then(
      () => undefined,
      (error: unknown) => error as ConnectError,
    ),
  );
}

function shownOf({ credentials }: IntegrationConnection): unknown {
  return JSON.parse(Buffer.from(credentials).toString());
}

function rowOf(id: bigint) {
  return harness.db.kysely.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Counts the requests that were sent with this token. */
function callsOf(provider: 'sendgrid', token: string): number {
  return fakes
    .provider(provider)
    .requests()
    .filter((request) => request.token === token).length;
}
