import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { createApiKeyText } from '../src/identity/organizations/index.ts';
import { type Call, type Gateway, logIn, password, startGateway } from './start-gateway.ts';

let gateway: Gateway;
let owner: { call: Call };
beforeAll(async () => {
  gateway = await startGateway({ trustedProxies: ['127.0.0.1'] });
  await makeVictim('lookalike');
  await makeVictim('original');
  owner = await logIn(gateway, 'original');
});
afterAll(() => gateway.stop());

const from = (address: string) => ({ 'x-forwarded-for': address });

async function attempt(username: string, address: string, given = 'a wrong password'): Promise<number> {
  const body = { username, password: given };
  return (await gateway.as(null)('POST', '/api/v1/auth/login', body, from(address))).status;
}

async function attempts(count: number, username: string, address: string): Promise<number[]> {
  const statuses = [];
  for (let index = 0; index < count; index++) statuses.push(await attempt(username, address));
  return statuses;
}

/**
 * Creates a user whose password comparison takes less than a millisecond. The limits are the same as for other users.
 */
async function makeVictim(username: string): Promise<void> {
  await gateway.makeOrganization(username);
  const cheap = await hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 });
  await gateway.identity.kysely
    .updateTable('identities')
    .set({ password_hash: cheap })
    .where('username', '=', username)
    .execute();
}

test('strangers who guess slow each other down, and the right password gets in from any other network', async () => {
  await makeVictim('victim');
  for (let stranger = 1; stranger <= 10; stranger++) {
    expect(await attempts(10, 'victim', `198.51.100.${stranger}`)).toEqual(Array(10).fill(401));
  }
  expect(await attempt('victim', '192.0.2.1', password)).toBe(200);
  // Attempts from a network from which the user has logged in are not limited like those of strangers.
  expect(await attempts(5, 'victim', '192.0.2.1')).toEqual(Array(5).fill(401));
  expect(await attempt('victim', '192.0.2.1', password)).toBe(200);
  // Each other network has one attempt per minute.
  expect(await attempts(3, 'victim', '192.0.2.2')).toEqual([401, 429, 429]);
  expect(await attempt('victim', '198.51.100.1', password)).toBe(429);
});

test.each([
  ['another case', 'LOOKALIKE', '203.0.113.1'],
  ['a space at the end', 'lookalike ', '203.0.113.2'],
])('a name with %s has the budget of the name, and logs in as it', async (_name, alike, address) => {
  expect(await attempt(alike, address, password)).toBe(200);
  await attempts(5, 'lookalike', address);
  expect(await attempts(5, alike, address)).toEqual([401, 401, 401, 401, 429]);
});

let others = 0;
test.each([
  ['a space at the end', 'original '],
  ['a zero-width space', 'origi\u200bnal'],
  ['full-width letters', 'ｏｒｉｇｉｎａｌ'],
  ['a capital i with a dot', 'orİgİnal'],
  ['a Cyrillic letter', 'оriginal'],
  ['a mark of direction', '\u202eoriginal'],
  ['a line feed', 'original\n'],
])('a member cannot have the name of another with %s', async (_name, username) => {
  const { call } = owner;
  const member = { email: 'twin@example.com', role: 'viewer', username, password };
  const answer = await call('POST', '/api/v1/team_members', member);
  expect(answer).toMatchObject({ status: 422, body: { errors: { username: [expect.any(String)] } } });
  others += 1;
  const { body } = await call('POST', '/api/v1/team_members', { ...member, username: `another-${others}` });
  expect(await call('PATCH', `/api/v1/team_members/${body.id}`, { username })).toMatchObject({ status: 422 });
  await call('DELETE', `/api/v1/team_members/${body.id}`);
});

test('unknown keys are refused after 100 a minute from a network, and a /64 is one network', async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 110; index++) {
    const call = gateway.as(createApiKeyText('live'));
    statuses.push((await call('GET', '/api/v1/account', undefined, from(`2001:db8:1:2::${index}`))).status);
  }
  expect(statuses).toEqual([...Array(100).fill(401), ...Array(10).fill(429)]);
  const { call } = await gateway.makeOrganization('bystander').then(() => logIn(gateway, 'bystander'));
  expect(await call('GET', '/api/v1/account', undefined, from('2001:db8:1:3::1'))).toMatchObject({ status: 200 });
});

test('an IPv6 /64 counts as one address at the login, and a mapped IPv4 address as that of IPv4', async () => {
  await makeVictim('roamer');
  await attempts(10, 'roamer', '2001:db8:2:2::1');
  expect(await attempt('roamer', '2001:db8:2:2:a:b:c:d')).toBe(429);
  expect(await attempt('roamer', '2001:db8:2:3::1')).toBe(401);
  await attempts(10, 'roamer', '192.0.2.77');
  expect(await attempt('roamer', '::ffff:192.0.2.77')).toBe(429);
});
