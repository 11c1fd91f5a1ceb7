import { somebodyWaits } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Gateway, logIn, password, startGateway } from './start-gateway.ts';

let gateway: Gateway;
let organizationId: bigint;
beforeAll(async () => {
  gateway = await startGateway();
  ({ organizationId } = await gateway.makeOrganization('Ada'));
});
afterAll(() => gateway.stop());

test.each(['/api/v1/admin/login', '/api/v1/sessions/admin', '/api/v1/auth/login'])(
  'logging in at %s gives a session of twelve hours and its user',
  async (path) => {
    const before = Date.now();
    const answer = await gateway.as(null)('POST', path, { username: 'ada', password });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        token: expect.stringMatching(/^eyJ/),
        admin: { id: expect.any(Number), username: 'ada', email: 'Ada@example.com', role: 'admin' },
      },
    });
    expect(answer.body.admin.organization_id).toBe(Number(organizationId));
    const startedAt = Date.parse(answer.body.expires_at) - 12 * 3_600_000;
    // The API shows whole seconds, so the time may be up to a second too early.
    expect(startedAt).toBeGreaterThanOrEqual(before - 1000);
    expect(startedAt).toBeLessThanOrEqual(Date.now() + 1000);
  },
);

test('a wrong password and an unknown user answer alike', async () => {
  const call = gateway.as(null);
  const headers = { 'x-request-id': 'same' };
  const wrong = await call('POST', '/api/v1/auth/login', { username: 'ada', password: 'wrong password' }, headers);
  const unknown = await call('POST', '/api/v1/auth/login', { username: 'nobody', password }, headers);
  expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_credentials' } });
  expect(unknown.text).toBe(wrong.text);
});

test.each([
  ['given another password', 'changed', sql`update identities set password_hash = 'x' where username = 'changed'`],
  ['disabled', 'disabled', sql`update memberships set status = 'disabled' where username = 'disabled'`],
  ['removed', 'removed', sql`delete from memberships where username = 'removed'`],
])('who is %s while the password is compared gets no session', async (_name, username, change) => {
  const { kysely } = gateway.identity;
  const { organizationId: id } = await gateway.makeOrganization(username);
  const { answer } = await kysely.transaction().execute(async (trx) => {
    await change.execute(trx);
    const answer = gateway.as(null)('POST', '/api/v1/auth/login', { username, password });
    // The login has read the old row and now waits for the change.
    await somebodyWaits(trx);
    return { answer };
  });
  expect(await answer).toMatchObject({ status: 401, body: { error: 'invalid_credentials' } });
  expect(await kysely.selectFrom('sessions').select('id').where('organization_id', '=', id).execute()).toEqual([]);
});

test('a login without a password is 400 and names the parameter', async () => {
  const answer = await gateway.as(null)('POST', '/api/v1/auth/login', { username: 'ada' });
  expect(answer).toMatchObject({
    status: 400,
    body: { error: 'parameter_missing', errors: { password: [expect.anything()] } },
  });
});

test('verify names the user of the session', async () => {
  const { call } = await logIn(gateway, 'ada');
  const answer = await call('GET', '/api/v1/admin/verify');
  expect(answer).toMatchObject({
    status: 200,
    body: { valid: true, kind: 'session', role: 'admin', mode: 'live', admin: { username: 'ada' }, api_key: null },
  });
  expect(Date.parse(answer.body.expires_at)).toBeGreaterThan(Date.now());
});

test('a session that logged out is refused, the others of the user are not', async () => {
  const first = await logIn(gateway, 'ada');
  const second = await logIn(gateway, 'ada');
  expect(await first.call('POST', '/api/v1/auth/logout')).toMatchObject({ status: 204, text: '' });
  expect(await first.call('GET', '/api/v1/admin/verify')).toMatchObject({ status: 401 });
  expect(await second.call('GET', '/api/v1/admin/verify')).toMatchObject({ status: 200 });
});

test('logging out needs a user', async () => {
  const { call } = await logIn(gateway, 'ada');
  const { body } = await call('POST', '/api/v1/api_keys', {});
  const answer = await gateway.as(body.key)('POST', '/api/v1/auth/logout');
  expect(answer).toMatchObject({ status: 403, body: { error: 'user_required' } });
});

test.each([
  ['no credential', null],
  ['a text that is no credential', 'nonsense'],
  ['a token that another key signed', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
  ['a token that says it needs no signature', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'],
])('%s answers 401 with a challenge', async (_name, token) => {
  const answer = await gateway.as(token)('GET', '/api/v1/account');
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
});

test('a session ends after twelve hours', async () => {
  const { call } = await logIn(gateway, 'ada');
  gateway.shiftClock(12 * 3_600_000 + 1000);
  try {
    expect(await call('GET', '/api/v1/account')).toMatchObject({ status: 401 });
  } finally {
    gateway.shiftClock(-(12 * 3_600_000 + 1000));
  }
});

const hourMs = 3_600_000;

/**
 * Advances the time. The gateway uses the same time for its cache of credentials, which lasts a few seconds and which a
 * revocation empties.
 */
async function pass(ms: number): Promise<void> {
  gateway.shiftClock(ms);
  expect((await gateway.as(keyOfAda)('DELETE', `/api/v1/api_keys/${revoked}/revoke`)).status).toBe(204);
}
let keyOfAda: string;
let revoked: number;
beforeAll(async () => {
  const { call } = await logIn(gateway, 'ada');
  keyOfAda = (await call('POST', '/api/v1/api_keys', {})).body.key;
  revoked = (await call('POST', '/api/v1/api_keys', {})).body.id;
});

test('a session ends after two hours without a request, and each request begins them anew', async () => {
  await gateway.makeOrganization('idler');
  const { call } = await logIn(gateway, 'idler');
  for (let hours = 0; hours < 4; hours += 1) {
    await pass(1.9 * hourMs);
    expect((await call('GET', '/api/v1/admin/verify')).status).toBe(200);
  }
  await pass(2 * hourMs);
  expect(await call('GET', '/api/v1/admin/verify')).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
});

test('requests that a page makes by itself, and streams, keep no session', async () => {
  await gateway.makeOrganization('watcher');
  const { call } = await logIn(gateway, 'watcher');
  const background = { 'x-drippulse-background': '1' };
  await pass(1.9 * hourMs);
  expect((await call('GET', '/api/v1/admin/verify', undefined, background)).status).toBe(200);
  const stream = await call('GET', '/api/v1/stream?topics=nothing');
  expect(stream.status).not.toBe(401);
  await pass(0.2 * hourMs);
  expect((await call('GET', '/api/v1/admin/verify', undefined, background)).status).toBe(401);
});

test('a request of the person counts, even right after one that the page made by itself', async () => {
  await gateway.makeOrganization('reader');
  const { call } = await logIn(gateway, 'reader');
  await pass(1.9 * hourMs);
  const background = { 'x-drippulse-background': '1' };
  expect((await call('GET', '/api/v1/admin/verify', undefined, background)).status).toBe(200);
  expect((await call('GET', '/api/v1/admin/verify')).status).toBe(200);
  await pass(1.9 * hourMs);
  expect((await call('GET', '/api/v1/admin/verify')).status).toBe(200);
});

test('who lists their sessions sees device, network and which is theirs, and ends one or all', async () => {
  await gateway.makeOrganization('lister');
  const open = async () => (await logIn(gateway, 'lister')).call;
  const [first, second, third] = [await open(), await open(), await open()];
  const list = async (call = first) => (await call('GET', '/api/v1/sessions')).body.sessions;
  const sessions = await list();
  expect(sessions).toHaveLength(3);
  expect(sessions.map(({ current }: { current: boolean }) => current)).toEqual([false, false, true]);
  expect(sessions[0]).toMatchObject({
    network: '127.0.0.1',
    last_used_at: expect.any(String),
    device: expect.any(String),
  });
  const page = await first('GET', '/api/v1/sessions?limit=2');
  expect(page.body).toMatchObject({ sessions: [{}, {}], total_count: 3, next_cursor: expect.any(String) });

  expect((await first('DELETE', `/api/v1/sessions/${sessions[0].id}`)).status).toBe(204);
  expect((await third('GET', '/api/v1/sessions')).status).toBe(401);
  expect((await first('DELETE', `/api/v1/sessions/${sessions[0].id}`)).body.error).toBe('session_not_found');
  expect(await list(second)).toHaveLength(2);

  const { call: stranger } = await logIn(gateway, 'idler');
  expect(await stranger('DELETE', `/api/v1/sessions/${sessions[1].id}`)).toMatchObject({
    status: 404,
    body: { error: 'session_not_found' },
  });
  expect((await second('POST', '/api/v1/auth/logout_all', {})).status).toBe(204);
  for (const call of [first, second]) expect((await call('GET', '/api/v1/sessions')).status).toBe(401);
});

test('another role ends the sessions of a member', async () => {
  await gateway.makeOrganization('boss');
  const { call: boss } = await logIn(gateway, 'boss');
  const member = await boss('POST', '/api/v1/team_members', {
    email: 'm@example.com',
    username: 'm1',
    role: 'editor',
    password,
  });
  const { call } = await logIn(gateway, 'm1');
  const path = `/api/v1/team_members/${member.body.id}`;
  expect((await boss('PATCH', path, { name: 'Em' })).status).toBe(200);
  expect((await call('GET', '/api/v1/admin/verify')).status).toBe(200);
  expect((await boss('PATCH', path, { role: 'viewer' })).status).toBe(200);
  expect((await call('GET', '/api/v1/admin/verify')).status).toBe(401);
});

test('a change of who may do what needs a sign-in of the last two hours, and an API key needs none', async () => {
  await gateway.makeOrganization('keeper');
  const { call } = await logIn(gateway, 'keeper');
  const make = () => call('POST', '/api/v1/api_keys', { name: 'K' });
  const key = (await make()).body.key;
  await pass(1.5 * hourMs);
  expect((await make()).status).toBe(201);
  await pass(0.6 * hourMs);
  expect(await make()).toMatchObject({ status: 403, body: { error: 'reauthentication_required' } });
  // Changes that do not affect permissions are still allowed.
  expect((await call('POST', '/api/v1/projects', { name: 'P' })).status).toBe(201);
  expect((await gateway.as(key)('POST', '/api/v1/api_keys', { name: 'By key' })).status).toBe(201);
  const { call: again } = await logIn(gateway, 'keeper');
  expect((await again('POST', '/api/v1/api_keys', { name: 'K' })).status).toBe(201);
});
