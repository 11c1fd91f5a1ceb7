import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  bootstrapIdentity,
  createApiKeyText,
  createOrganization,
  listOrganizations,
  resetPassword,
} from '../src/identity/organizations/index.ts';
import { type Gateway, logIn, startGateway } from './start-gateway.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

async function listed() {
  const organizations = [];
  for await (const organization of listOrganizations(gateway.identity)) organizations.push(organization);
  return organizations;
}

const login = (username: string, password: string) =>
  gateway.as(null)('POST', '/api/v1/auth/login', { username, password });

test('starting twice makes one organization, one administrator and one key, and applies a changed password', async () => {
  const apiKey = createApiKeyText('live');
  const first = { username: 'admin', password: 'the first password', apiKey };
  const { databaseUrl } = gateway.config.identity;
  await Promise.all([bootstrapIdentity(databaseUrl, first), bootstrapIdentity(databaseUrl, first)]);
  await bootstrapIdentity(databaseUrl, first);
  expect(await login('admin', first.password)).toMatchObject({ status: 200 });
  const byKey = gateway.as(apiKey);
  expect((await byKey('GET', '/api/v1/team_members')).body.total_count).toBe(1);
  expect((await byKey('GET', '/api/v1/api_keys')).body.total_count).toBe(1);

  // A restart does not undo the password that the administrator has chosen in the meantime.
  const { id } = (await byKey('GET', '/api/v1/team_members')).body.team_members[0];
  await byKey('PATCH', `/api/v1/team_members/${id}`, { password: 'a chosen password' });
  await bootstrapIdentity(databaseUrl, first);
  expect(await login('admin', 'a chosen password')).toMatchObject({ status: 200 });

  await bootstrapIdentity(databaseUrl, { ...first, password: 'the second password' });
  expect(await login('admin', 'the second password')).toMatchObject({ status: 200 });
  expect(await login('admin', 'a chosen password')).toMatchObject({ status: 401 });
});

test('organizations are made with an administrator, listed, and their slugs never meet', async () => {
  const made = await createOrganization(gateway.identity, {
    name: 'Twin',
    username: 'twin1',
    email: 'a@example.com',
  });
  await createOrganization(gateway.identity, { name: 'Twin', username: 'twin2', email: 'a@example.com' });
  expect(await login('twin1', made.password)).toMatchObject({ status: 200 });
  const organizations = await listed();
  expect(organizations.filter((organization) => organization.name === 'Twin')).toMatchObject([
    { id: made.organizationId, memberCount: 1n },
    { memberCount: 1n },
  ]);
});

test('a taken user name leaves no organization behind', async () => {
  await gateway.makeOrganization('taken');
  const attempt = createOrganization(gateway.identity, { name: 'Ghost', username: 'TAKEN', email: 'g@example.com' });
  await expect(attempt).rejects.toMatchObject({ kind: 'invalid', violations: [{ field: 'username' }] });
  const organizations = await listed();
  expect(organizations.some((organization) => organization.name === 'Ghost')).toBe(false);
});

test('a reset password works, the old one does not', async () => {
  await gateway.makeOrganization('forgetful');
  await logIn(gateway, 'forgetful');
  const { password } = await resetPassword(gateway.identity, { username: 'Forgetful' });
  expect(await login('forgetful', password)).toMatchObject({ status: 200 });
  await expect(logIn(gateway, 'forgetful')).rejects.toThrow('invalid_credentials');
  await expect(resetPassword(gateway.identity, { username: 'nobody' })).rejects.toMatchObject({ kind: 'not_found' });
});
