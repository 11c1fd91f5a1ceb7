import { randomBytes } from 'node:crypto';
import { createLogger } from '@drippulse/observability';
import { generateInternalTokenKeys } from '@drippulse/rpc';
import { freePort } from '@drippulse/servers';
import { createTestDatabase, eventually, type TestDatabase } from '@drippulse/testing';
import { addressVariable, callsOf, processEntry, publicService, serviceNames, serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectIdentity, type Identity } from '../src/identity/organizations/index.ts';
import { callerOfApi, logIn, makeOrganization, migrateAll, password } from './start-gateway.ts';
import { type StartedProcess, startProcess } from './start-process.ts';

/** No service listens here, because these tests need none. */
const nowhere = '127.0.0.1:1';
const keys = generateInternalTokenKeys(serviceNames);
const chainKeys = randomBytes(32).toString('base64');
const secrets = {
  SESSION_KEYS: randomBytes(32).toString('base64'),
  CHAIN_KEYS: chainKeys,
  ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
};
const PUBLIC_URL = 'http://localhost:3000';

let database: TestDatabase;
let commands: Identity;
let identity: StartedProcess;
let gateway: StartedProcess;
let identityPort: number;

/** Starts the identity service, the only process with the address of the database. */
function startIdentity(): Promise<StartedProcess> {
  return startProcess('identity/main.ts', {
    message: 'identity serves',
    env: {
      ...secrets,
      PUBLIC_URL,
      DATABASE_URL: database.url,
      INTERNAL_TOKEN_KEYS: keys.identity,
      GRPC_PORT: String(identityPort),
      ...Object.fromEntries(callsOf(serviceOf('identity')).map((peer) => [addressVariable(peer), nowhere])),
    },
  });
}

function startGateway(more: Record<string, string> = {}): Promise<StartedProcess> {
  return startProcess('main.ts', {
    message: 'gateway serves',
    env: {
      PORT: '0',
      PUBLIC_URL,
      INTERNAL_TOKEN_KEYS: keys.gateway,
      CHAIN_KEYS: chainKeys,
      IDENTITY_ADDRESS: `127.0.0.1:${identityPort}`,
      KAFKA_BROKERS: nowhere,
      ...Object.fromEntries(processEntry(publicService).calls.map((peer) => [addressVariable(peer), nowhere])),
      ...more,
    },
  });
}

const at = (running: StartedProcess) => ({
  as: (token: string | null) => callerOfApi(`http://127.0.0.1:${running.started['port']}`, token),
});

beforeAll(async () => {
  database = await createTestDatabase({ name: 'identity', template: 'identity_process', prepare: migrateAll });
  commands = connectIdentity(database.url, createLogger({ service: 'test', level: 'fatal' }));
  await makeOrganization(commands, 'ada');
  identityPort = await freePort();
  identity = await startIdentity();
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.stop();
  await identity.stop();
  await commands.close();
  await database.drop();
});

test('a person logs in, reads the account, and is refused after logging out', async () => {
  const refused = await at(gateway).as(null)('POST', '/api/v1/auth/login', { username: 'ada', password: 'wrong one' });
  expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_credentials' } });
  const { call } = await logIn(at(gateway), 'ada');
  expect(await call('GET', '/api/v1/account')).toMatchObject({ status: 200, body: { name: 'ada' } });
  expect(await call('GET', '/api/v1/admin/verify')).toMatchObject({ body: { kind: 'session', role: 'admin' } });
  expect(await call('POST', '/api/v1/auth/logout')).toMatchObject({ status: 204 });
  expect(await call('GET', '/api/v1/account')).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
});

test('neither the gateway nor identity starts alone without the address that links in mails begin with', async () => {
  for (const executable of ['main.ts', 'identity/main.ts']) {
    const started = startProcess(executable, { message: 'never', env: { ...secrets } });
    await expect(started).rejects.toThrow(/PUBLIC_URL: is required .* links in mails begin with it/);
  }
});

test('an API key is created once, works, and its requests are counted', async () => {
  const { call } = await logIn(at(gateway), 'ada');
  const headers = { 'idempotency-key': 'key-1' };
  const created = await call('POST', '/api/v1/api_keys', { name: 'CI' }, headers);
  expect(created).toMatchObject({ status: 201, body: { mode: 'live' } });
  expect((await call('POST', '/api/v1/api_keys', { name: 'CI' }, headers)).text).toBe(created.text);
  const byKey = at(gateway).as(created.body.key);
  expect(await byKey('GET', '/api/v1/admin/verify')).toMatchObject({ body: { api_key: { id: created.body.id } } });
  // The count of workflows is null, because the workflows service is unavailable.
  expect(await byKey('GET', '/api/v1/projects')).toMatchObject({ status: 200 });
  expect(await byKey('GET', '/api/v1/projects/999999')).toMatchObject({ status: 404 });
  await eventually(
    async () => {
      const { usage } = (await call('GET', '/api/v1/api_keys/usage')).body;
      const own = usage.find((entry: { api_key_id: number }) => entry.api_key_id === created.body.id);
      expect(own).toMatchObject({ requests_30d: 3, errors_30d: 1, last_used_at: expect.any(String) });
    },
    { timeoutMs: 180_000 },
  );
});

test('a stopping gateway hands over the requests it has counted', async () => {
  const { call } = await logIn(at(gateway), 'ada');
  const { body } = await call('POST', '/api/v1/api_keys', { name: 'last batch' });
  const another = await startGateway();
  await at(another).as(body.key)('GET', '/api/v1/account');
  expect(await another.stop()).toBe(0);
  const { usage } = (await call('GET', '/api/v1/api_keys/usage')).body;
  expect(usage[0]).toMatchObject({ api_key_id: body.id, requests_30d: 1 });
});

test('a revoked key and a changed role take effect at once where they were made, and soon at another gateway', async () => {
  const another = await startGateway();
  try {
    const { call } = await logIn(at(gateway), 'ada');
    const { body: key } = await call('POST', '/api/v1/api_keys', {});
    const member = { email: 'riser@example.com', username: 'riser', role: 'viewer', password };
    const { body: riser } = await call('POST', '/api/v1/team_members', member);
    const { token } = await logIn(at(gateway), 'riser');
    const create = (running: StartedProcess) => at(running).as(token)('POST', '/api/v1/projects', { name: 'P' });
    const read = (running: StartedProcess) => at(running).as(key.key)('GET', '/api/v1/account');
    for (const running of [gateway, another]) {
      expect(await read(running)).toMatchObject({ status: 200 });
      expect(await create(running)).toMatchObject({ status: 403 });
    }
    expect(await call('DELETE', `/api/v1/api_keys/${key.id}/revoke`)).toMatchObject({ status: 204 });
    expect(await call('PATCH', `/api/v1/team_members/${riser.id}`, { role: 'editor' })).toMatchObject({ status: 200 });
    // A new role ends the earlier sessions.
    for (const call of [read, create]) expect(await call(gateway)).toMatchObject({ status: 401 });
    await eventually(async () => expect(await read(another)).toMatchObject({ status: 401 }), { timeoutMs: 180_000 });
    await eventually(async () => expect(await create(another)).toMatchObject({ status: 401 }), { timeoutMs: 180_000 });
    const { call: again } = await logIn(at(another), 'riser');
    expect(await again('POST', '/api/v1/projects', { name: 'P' })).toMatchObject({ status: 201 });
  } finally {
    await another.stop();
  }
});

test('requests are limited by the gateway, attempts to log in by identity', async () => {
  const slow = await startGateway({ RATE_LIMIT_PER_MINUTE: '2', RATE_LIMIT_BURST: '3' });
  try {
    const { call } = await logIn(at(slow), 'ada');
    const statuses = [];
    for (let index = 0; index < 5; index++) statuses.push((await call('GET', '/api/v1/account')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    const attempts = [];
    for (let index = 0; index < 11; index++) {
      // Every second attempt goes to the second gateway. Both gateways share one count, at the identity service.
      const { as } = at(index % 2 === 0 ? slow : gateway);
      const body = { username: 'victim', password };
      attempts.push((await as(null)('POST', '/api/v1/auth/login', body)).status);
    }
    expect(attempts).toEqual([...Array(10).fill(401), 429]);
  } finally {
    await slow.stop();
  }
});

test('while identity is away a credential answers 503, and works again afterwards', async () => {
  const { call } = await logIn(at(gateway), 'ada');
  const { body: key } = await call('POST', '/api/v1/api_keys', {});
  const byKey = at(gateway).as(key.key);
  expect(await identity.stop()).toBe(0);
  const refused = await byKey('GET', '/api/v1/account');
  expect(refused).toMatchObject({ status: 503, body: { error: 'service_unavailable' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  identity = await startIdentity();
  await eventually(async () => expect(await byKey('GET', '/api/v1/account')).toMatchObject({ status: 200 }), {
    timeoutMs: 180_000,
  });
});
