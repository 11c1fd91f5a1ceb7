import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createOrganization } from '../src/identity/organizations/index.ts';
import { type Call, type Gateway, logIn, password, startGateway } from './start-gateway.ts';

let gateway: Gateway;
let admin: Call;
beforeAll(async () => {
  gateway = await startGateway();
  await createOrganization(gateway.identity, { name: 'Ada & Co', username: 'ada', email: 'ada@example.com', password });
  admin = (await logIn(gateway, 'ada')).call;
});
afterAll(() => gateway.stop());

test('the account shows the organization and its first administrator', async () => {
  const { body } = await admin('GET', '/api/v1/admin/verify');
  expect(await admin('GET', '/api/v1/account')).toMatchObject({
    status: 200,
    body: {
      id: body.organization_id,
      name: 'Ada & Co',
      slug: 'ada-co',
      timezone: 'UTC',
      settings: {},
      owner: { id: body.admin.id, username: 'ada', role: 'admin' },
      plan: 'self_hosted',
    },
  });
});

test('settings come back with every digit they came with, and null clears them', async () => {
  const settings = '{"big":12345678901234567890.123456789,"exponent":1e400,"nested":{"zero":1.0}}';
  const answer = await admin(
    'PATCH',
    '/api/v1/account',
    `{"account":{"settings":${settings},"timezone":"Europe/Berlin"}}`,
  );
  expect(answer.status).toBe(200);
  expect(answer.text).toContain(`"settings":${settings}`);
  expect((await admin('GET', '/api/v1/account')).text).toContain(`"settings":${settings}`);
  expect(await admin('PATCH', '/api/v1/account', { settings: null })).toMatchObject({
    status: 200,
    body: { settings: {}, timezone: 'Europe/Berlin' },
  });
});

test.each([
  [{ name: '' }, 'validation_failed', 'name'],
  [{ settings: [] }, 'validation_failed', 'settings'],
  [{ settings: { long: 'x'.repeat(65_536) } }, 'validation_failed', 'settings'],
  [{ timezone: 'Mars/Olympus' }, 'invalid_timezone', 'timezone'],
  [{ timezone: '+02:00' }, 'invalid_timezone', 'timezone'],
  [{ timezone: null }, 'invalid_timezone', 'timezone'],
])('a wrong member is 422 and named (%#)', async (body, error, field) => {
  const answer = await admin('PATCH', '/api/v1/account', body);
  expect(answer).toMatchObject({ status: 422, body: { error } });
  expect(answer.body.errors).toHaveProperty(field);
});

test('repeating a change with its Idempotency-Key answers what was answered', async () => {
  const headers = { 'idempotency-key': 'rename' };
  const first = await admin('PATCH', '/api/v1/account', { name: 'First' }, headers);
  await admin('PATCH', '/api/v1/account', { name: 'Second' });
  const again = await admin('PATCH', '/api/v1/account', { name: 'First' }, headers);
  expect(again.text).toBe(first.text);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect((await admin('GET', '/api/v1/account')).body.name).toBe('Second');
});
