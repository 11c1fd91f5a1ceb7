import { type FakeProviders, startFakeProviders } from '@drippulse/fake-providers';
import { type Api, type ApiAnswer, type RunningPlatform, runCommand, startLayout } from '@drippulse/harness';
import { eventually, type Resources, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { makeAllResources, makeOrganization } from '../src/organizations.ts';
import { startOwnDatabase } from '../src/own-database.ts';
import { fill, type Route, routes } from '../src/routes.ts';

let database: TestDatabase;
let client: pg.Client;
let fakes: FakeProviders;
let platform: RunningPlatform;
/** An administrator with a session. A key would not be enough, because some rows belong to a user. */
let admin: Api;
let made: Resources;

beforeAll(async () => {
  database = await startOwnDatabase();
  fakes = await startFakeProviders();
  platform = await startLayout('start', {
    env: { DATABASE_URL: database.url, RATE_LIMIT_BURST: '10000', PROVIDER_HOSTS_OVERRIDE: fakes.url },
  });
  client = new pg.Client(database.url);
  await client.connect();
  admin = await makeOrganization(platform, 'auditor', { DATABASE_URL: database.url });
  made = await makeAllResources(admin, 'audited');
  const pipeline = await admin.post('/api/v1/crm/opportunity_pipelines', { name: 'Own' });
  made = { ...made, opportunity_pipelines: pipeline.body.id };
  // An invitation and the member it invites are the same row, so a second invitation is made.
  const invitation = await admin.post('/api/v1/team_members/invitations', { email: 'i@example.com', role: 'viewer' });
  made = { ...made, invitations: invitation.body.id };
  // An organization can have only one sign-in provider. It is deleted here, because the test creates one.
  await admin.request('DELETE', '/api/v1/account/sso');
  // An organization can have only one account at a model provider. It is deleted too.
  await admin.request('DELETE', '/api/v1/account/model_connection');
  // The sheet must exist, because it is read before its data source is made.
  fakes.provider('google_workspace').state.rows.set(`${sheet}/People`, [['E-mail'], ['s1@example.com']]);
  await admin.post('/api/v1/integration_connections?test=false', {
    provider: 'google_workspace',
    credentials: { access_token: 'ya29.1' },
  });
});
afterAll(async () => {
  await client?.end();
  await platform?.dispose();
  await fakes?.stop();
  await database?.drop();
});

type Entry = Record<string, unknown> & { name: string; number: number; request_id: string | null };

async function trail(): Promise<Entry[]> {
  const { status, body } = await admin.get('/api/v1/audit_events?limit=1000');
  expect(status).toBe(200);
  return body.audit_events;
}

/**
 * Routes that write to the audit trail, except routes of second factors and overruns. Second factors need a current
 * code; identity-mfa.test.ts of the gateway tests their rows. An overrun needs a provider that bills too much;
 * models.test.ts of the agents service tests the acknowledgement of an overrun.
 */
const audited = routes.filter(
  ({ rest, needsCredential }) =>
    rest.audit !== 'none' &&
    !rest.audit.startsWith('mfa.') &&
    rest.audit !== 'agent_budgets.overrun_acknowledged' &&
    needsCredential,
);
const sheet = '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms';
/** Bodies of routes that need more than the members that the codec requires. */
const bodies: Readonly<Record<string, object>> = {
  '/api/v1/team_members': {
    email: 'grace@example.com',
    username: 'grace',
    role: 'viewer',
    password: 'a-long-password',
  },
  '/api/v1/data_sources/google_sheets': {
    url: `https://docs.google.com/spreadsheets/d/${sheet}/edit#gid=0`,
    target: 'leads',
  },
  '/api/v1/integration_connections/authorize': {
    provider: 'hubspot',
    return_to: '/',
    credentials: { client_id: 'own', client_secret: 'canary-of-a-client' },
  },
  '/api/v1/agents/spawn': { name: 'Audited', type: 'template', template_id: 1 },
  '/api/v1/account/sso': { issuer: 'https://issuer.example', client_id: 'own', client_secret: 'canary-of-a-client' },
  '/api/v1/account/model_connection': {
    base_url: 'https://models.example.com/v1',
    api_key: 'canary-of-a-key',
    model: 'm',
  },
  '/api/v1/agent_templates': {
    name: 'Audited by hand',
    kind: 'scorer',
    default_configuration: {
      factors: [{ name: 'known', weight: 1, conditions: [{ field: 'email', operator: 'exists' }] }],
    },
  },
  '/api/v1/webhooks': { url: 'https://example.com/hooks', event_type: '*' },
  '/api/v1/account/deletion': { confirm: 'auditor' },
};
/** Orders routes: creations first, then changes, then deletions, so that each route finds its row. */
const rank = ({ method, rest }: Route) => (method === 'DELETE' ? 2 : rest.audit.endsWith('.created') ? 0 : 1);
/** Orders deletions so that a row inside another row is deleted before that row. */
const innerFirst = (a: Route, b: Route) =>
  rank(a) === 2 ? b.template.split('/').length - a.template.split('/').length : 0;

test('every route that changes configuration leaves one row, which says who, what and from where', async () => {
  expect(audited.length).toBeGreaterThan(30);
  const calls: { route: Route; answer: ApiAnswer }[] = [];
  const refused: string[] = [];
  for (const route of audited.toSorted((a, b) => rank(a) - rank(b) || innerFirst(a, b))) {
    const path = fill(route.template, (noun) => made[noun] ?? `no-${noun}`);
    const query = route.parameters.includes('force') ? '?force=true' : '';
    const answer = await admin.request(route.method, `${path}${query}`, bodies[route.template] ?? route.body);
    if (answer.status >= 300) refused.push(`${route.method} ${path} ${answer.text}`);
    calls.push({ route, answer });
  }
  expect(refused).toEqual([]);
  const requestIds = calls.map(({ answer }) => answer.headers.get('x-request-id') ?? '');
  const nameOf = new Map(calls.map(({ route }, index) => [requestIds[index], route.rest.audit]));
  const entries = await eventually(async () => {
    const found = (await trail()).filter(({ request_id: id }) => requestIds.includes(id ?? ''));
    const own = found.filter(({ request_id: id, name }) => name === nameOf.get(id ?? undefined));
    expect(own.map(({ name }) => name).sort()).toEqual(calls.map(({ route }) => route.rest.audit).sort());
    // When the Operator applies a plan, the workflows service makes the workflow, and also writes an entry.
    expect(found.filter((entry) => !own.includes(entry)).map(({ name }) => name)).toEqual(['workflow.created']);
    return new Map(own.map((entry) => [entry.request_id, entry]));
  });
  for (const [index, { route }] of calls.entries()) {
    const entry = entries.get(requestIds[index] ?? '');
    expect(entry).toMatchObject({
      name: route.rest.audit,
      actor: { type: 'user', name: 'auditor' },
      address: '127.0.0.1',
      ...(rank(route) === 0 && { before: null, after: expect.any(Object) }),
      ...(rank(route) === 2 && route.rest.audit.endsWith('.deleted') && { before: expect.any(Object), after: null }),
    });
  }
});

test('a change has the members that differ, before and after, and no secret', async () => {
  const { body: webhook } = await admin.post('/api/v1/webhooks', {
    url: 'https://example.com/a',
    event_type: 'workflow.*',
    headers: { authorization: 'Bearer canary-of-a-header' },
  });
  expect(webhook.secret).toMatch(/^whsec_/);
  await admin.patch(`/api/v1/webhooks/${webhook.id}`, { active: false, description: 'Off' });
  const entries = await eventually(async () => {
    const { body } = await admin.get(`/api/v1/audit_events?name=webhook.*&resource_id=${webhook.id}`);
    expect(body.audit_events).toHaveLength(2);
    return body.audit_events;
  });
  expect(entries[0]).toMatchObject({
    name: 'webhook.updated',
    before: { active: true, description: null },
    after: { active: false, description: 'Off' },
  });
  expect(Object.keys(entries[0].after)).not.toContain('url');
  const { rows } = await client.query('select before, after from identity.audit_events');
  const stored = JSON.stringify(rows);
  expect(stored).not.toContain(webhook.secret);
  expect(stored).not.toContain('canary-of-a-header');
  expect(stored).not.toContain('canary-of-a-key');
});

test('a call that is refused leaves no row, and neither does the repeat of an answered one', async () => {
  const before = (await trail()).length;
  await admin.patch(`/api/v1/webhooks/9007199254740000`, { active: false });
  await admin.post('/api/v1/projects', { name: '' });
  const headers = { 'idempotency-key': 'audited-once' };
  const ids = [];
  for (let n = 0; n < 2; n += 1)
    ids.push((await admin.post('/api/v1/projects', { name: 'Once' }, { headers })).body.id);
  expect(ids[0]).toBe(ids[1]);
  await eventually(async () => expect((await trail()).length).toBe(before + 1));
  // A later entry has arrived, so an entry that is still missing is lost, not late.
  await admin.post('/api/v1/projects', { name: 'Later' });
  await eventually(async () => expect((await trail()).length).toBe(before + 2));
});

test('another organization sees nothing of it, and the rows are numbered without gaps', async () => {
  const stranger = await makeOrganization(platform, 'stranger', { DATABASE_URL: database.url });
  expect((await stranger.get('/api/v1/audit_events')).body.audit_events).toEqual([]);
  const numbers = (await trail()).map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, index) => numbers.length - index));
  const { text, headers } = await admin.get('/api/v1/audit_events/export_csv');
  expect(headers.get('content-type')).toMatch('text/csv');
  expect(text.trimEnd().split('\r\n').length).toBeGreaterThan(numbers.length);
});

const verify = () =>
  runCommand('deploy/local/src/audit-verify.ts', [], { DATABASE_URL: database.url, DATA_DIR: platform.dataDir });

test('the verifier finds an altered row and a missing one, and the database refuses both to the service', async () => {
  expect(await verify()).toMatchObject({ code: 0, output: expect.stringContaining('Every row is as it was written.') });
  const role = async (statement: string) => {
    await client.query('begin; set local role drippulse_identity');
    const refused = await client.query(statement).then(
      () => undefined,
      (error: Error) => error.message,
    );
    await client.query('rollback');
    return refused;
  };
  expect(await role(`update identity.audit_events set after = '{}'`)).toMatch('append-only');
  expect(await role('delete from identity.audit_events')).toMatch('append-only');
  const { rows } = await client.query(
    'select organization_id, max(number) as last from identity.audit_events group by 1 order by 2 desc limit 1',
  );
  const [{ organization_id: organization, last }] = rows;
  const tamper = (statement: string) =>
    client.query(`begin; set local session_replication_role = replica; ${statement}; commit`);
  const middle = BigInt(last) - 3n;
  await tamper(
    `update identity.audit_events set actor_name = 'mallory' where organization_id = ${organization} and number = ${middle}`,
  );
  expect(await verify()).toMatchObject({
    code: 1,
    output: expect.stringContaining(`row ${middle} is not as it was written`),
  });
  await tamper(`delete from identity.audit_events where organization_id = ${organization} and number >= ${middle}`);
  expect(await verify()).toMatchObject({
    code: 1,
    output: expect.stringContaining(`rows ${middle} to ${last} are missing`),
  });
});
