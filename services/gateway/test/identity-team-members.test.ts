import { somebodyWaits } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Call, type Gateway, logIn, password, startGateway } from './start-gateway.ts';

let gateway: Gateway;
let admin: Call;
let adminId: number;
let run = 0;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(async () => {
  run += 1;
  await gateway.makeOrganization(`boss${run}`);
  admin = (await logIn(gateway, `boss${run}`)).call;
  adminId = (await admin('GET', '/api/v1/admin/verify')).body.admin.id;
});
afterAll(() => gateway.stop());

const member = (name: string, more: object = {}) => ({ email: `${name}${run}@example.com`, role: 'editor', ...more });

test('a member with a password can log in at once, one without is invited and cannot', async () => {
  const active = await admin('POST', '/api/v1/team_members', member('al', { username: `al${run}`, password }));
  expect(active).toMatchObject({
    status: 201,
    body: { username: `al${run}`, role: 'editor', status: 'active', name: null, last_login_at: null },
  });
  await logIn(gateway, `al${run}`);
  const seen = await admin('GET', `/api/v1/team_members/${active.body.id}`);
  expect(seen.body.last_login_at).not.toBeNull();

  const invited = await admin('POST', '/api/v1/team_members', { team_member: member('bo', { name: 'Bo' }) });
  expect(invited).toMatchObject({
    status: 201,
    body: { username: `bo${run}@example.com`, name: 'Bo', status: 'invited' },
  });
  await expect(logIn(gateway, `bo${run}@example.com`)).rejects.toThrow('invalid_credentials');
});

test('a plan has room for so many members, with those who are invited; a removed one makes room, and other organizations have their own', async () => {
  const { rows } = await sql<{ id: bigint }>`
    select organization_id as id from memberships where id = ${adminId}`.execute(gateway.identity.kysely);
  await sql`insert into entitlements (organization_id, sequence, entries_held, plan) values (${rows[0]?.id}, 1, false, 'free')`.execute(
    gateway.identity.kysely,
  );
  await sql`insert into usage_limits (organization_id, included, ceiling, meter) values (${rows[0]?.id}, 3, 3, 'seats')`.execute(
    gateway.identity.kysely,
  );
  const add = (name: string, more = {}) => admin('POST', '/api/v1/team_members', member(name, more));
  const answers = await Promise.all([add('s1'), add('s2', { username: `s2${run}`, password }), add('s3'), add('s4')]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 422, 422]);
  expect(answers.find(({ status }) => status === 422)?.body).toMatchObject({
    error: 'plan_limit_reached',
    ...{ meter: 'seats', used: 3, limit: 3, resets_at: null },
  });
  const reached = await sql<{ threshold: number }>`
    select threshold from usage_thresholds where organization_id = ${rows[0]?.id} order by threshold`.execute(
    gateway.identity.kysely,
  );
  expect(reached.rows.map(({ threshold }) => threshold)).toEqual([50, 80, 100]);
  const made = answers.find(({ status }) => status === 201);
  expect((await admin('DELETE', `/api/v1/team_members/${made?.body.id}`)).status).toBe(204);
  expect((await add('s5')).status).toBe(201);
});

test('a member who is given a password while another change is made is active after both', async () => {
  const { body } = await admin('POST', '/api/v1/team_members', member('meanwhile'));
  const { answer } = await gateway.identity.kysely.transaction().execute(async (trx) => {
    await sql`
      with somebody as (
        insert into identities (username, email) values (${body.email}, ${body.email}) returning id)
      update memberships set identity_id = somebody.id, status = 'active' from somebody
      where memberships.id = ${body.id}`.execute(trx);
    const answer = admin('PATCH', `/api/v1/team_members/${body.id}`, { name: 'Both' });
    await somebodyWaits(trx);
    return { answer };
  });
  expect(await answer).toMatchObject({ status: 200, body: { name: 'Both', status: 'active' } });
});

test.each([
  ['email', { email: 'nonsense' }],
  ['role', { role: 'owner' }],
  ['password', { password: 'short' }],
  ['username', { username: ' ' }],
  ['name', { name: 'x'.repeat(256) }],
])('a new member with a wrong %s is 422 and names the field', async (field, wrong) => {
  const answer = await admin('POST', '/api/v1/team_members', member('x', wrong));
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toHaveProperty(field);
});

test('a new member without mail address or role is 400', async () => {
  const answer = await admin('POST', '/api/v1/team_members', { name: 'X' });
  expect(answer).toMatchObject({ status: 400, body: { error: 'parameter_missing' } });
  expect(Object.keys(answer.body.errors).sort()).toEqual(['email', 'role']);
});

test('user names are unique in the installation, mail addresses in the organization', async () => {
  await gateway.makeOrganization(`rival${run}`);
  const taken = await admin('POST', '/api/v1/team_members', member('a', { username: `RIVAL${run}` }));
  expect(taken).toMatchObject({ status: 422, body: { errors: { username: ['is taken'] } } });
  await admin('POST', '/api/v1/team_members', member('b', { username: `b${run}` }));
  const twice = await admin('POST', '/api/v1/team_members', member('B', { username: `b${run}-again` }));
  expect(twice).toMatchObject({ status: 422, body: { errors: { email: ['belongs to another member'] } } });
});

test('each role is let in where its row of the table says', async () => {
  const callers = new Map<string, Call>();
  for (const role of ['viewer', 'approver', 'editor']) {
    const username = `${role}${run}`;
    await admin('POST', '/api/v1/team_members', member(role, { role, username, password }));
    callers.set(role, (await logIn(gateway, username)).call);
  }
  for (const [role, call] of callers) {
    expect(await call('GET', '/api/v1/team_members')).toMatchObject({ status: 200 });
    const status = role === 'editor' ? 201 : 403;
    expect(await call('POST', '/api/v1/projects', { name: 'P' })).toMatchObject({ status });
    expect(await call('POST', '/api/v1/api_keys', {})).toMatchObject({
      status: 403,
      body: { error: 'insufficient_role' },
    });
    expect(await call('PATCH', '/api/v1/account', { name: 'Mine' })).toMatchObject({ status: 403 });
  }
});

test('a change of role ends open sessions, and the next one has it', async () => {
  const username = `riser${run}`;
  const { body } = await admin('POST', '/api/v1/team_members', member('riser', { role: 'viewer', username, password }));
  const { call } = await logIn(gateway, username);
  expect(await call('POST', '/api/v1/projects', { name: 'P' })).toMatchObject({ status: 403 });
  await admin('PATCH', `/api/v1/team_members/${body.id}`, { role: 'editor' });
  expect(await call('GET', '/api/v1/account')).toMatchObject({ status: 401 });
  const { call: again } = await logIn(gateway, username);
  expect(await again('POST', '/api/v1/projects', { name: 'P' })).toMatchObject({ status: 201 });
});

test.each([
  ['disabled', { status: 'disabled' }],
  ['given a new password', { password: 'another long password' }],
])('sessions of a member who is %s end', async (_name, change) => {
  const username = `ender${run}`;
  const { body } = await admin('POST', '/api/v1/team_members', member('ender', { username, password }));
  const { call } = await logIn(gateway, username);
  expect(await admin('PATCH', `/api/v1/team_members/${body.id}`, change)).toMatchObject({ status: 200 });
  expect(await call('GET', '/api/v1/account')).toMatchObject({ status: 401 });
  await expect(logIn(gateway, username)).rejects.toThrow('invalid_credentials');
});

test('a patch changes what it names, null clears, and a password makes an invited member active', async () => {
  const { body } = await admin('POST', '/api/v1/team_members', member('p', { name: 'Old' }));
  const path = `/api/v1/team_members/${body.id}`;
  expect(await admin('PATCH', path, { name: null })).toMatchObject({
    status: 200,
    body: { name: null, email: body.email, status: 'invited' },
  });
  expect(await admin('PATCH', path, { email: null })).toMatchObject({ status: 422 });
  expect(await admin('PATCH', path, { status: 'invited' })).toMatchObject({ status: 422 });
  expect(await admin('PATCH', path, { password })).toMatchObject({ status: 200, body: { status: 'active' } });
});

test('a removed member is gone, also the second time, and the session ends', async () => {
  const username = `leaver${run}`;
  const { body } = await admin('POST', '/api/v1/team_members', member('leaver', { username, password }));
  const { call } = await logIn(gateway, username);
  expect(await admin('DELETE', `/api/v1/team_members/${body.id}`)).toMatchObject({ status: 204 });
  expect(await call('GET', '/api/v1/account')).toMatchObject({ status: 401 });
  expect(await admin('DELETE', `/api/v1/team_members/${body.id}`)).toMatchObject({
    status: 404,
    body: { error: 'team_member_not_found' },
  });
});

test('the last administrator can be neither demoted, disabled nor removed', async () => {
  const path = `/api/v1/team_members/${adminId}`;
  const refused = { status: 422, body: { error: 'last_admin' } };
  expect(await admin('PATCH', path, { role: 'editor' })).toMatchObject(refused);
  expect(await admin('PATCH', path, { status: 'disabled' })).toMatchObject(refused);
  expect(await admin('DELETE', path)).toMatchObject(refused);
  // An administrator who cannot log in is not a substitute for the last administrator.
  await admin('POST', '/api/v1/team_members', member('invited', { role: 'admin' }));
  expect(await admin('DELETE', path)).toMatchObject(refused);
});

test('two administrators who remove each other at once leave one', async () => {
  const username = `second${run}`;
  const { body } = await admin('POST', '/api/v1/team_members', member('s', { role: 'admin', username, password }));
  const second = (await logIn(gateway, username)).call;
  const answers = await Promise.all([
    admin('DELETE', `/api/v1/team_members/${body.id}`),
    second('PATCH', `/api/v1/team_members/${adminId}`, { role: 'viewer' }),
  ]);
  const admins = await gateway.identity.kysely
    .selectFrom('memberships')
    .select('id')
    .where('id', 'in', [BigInt(adminId), BigInt(body.id)])
    .where('role', '=', 'admin')
    .execute();
  expect(admins).toHaveLength(1);
  expect(answers.map((answer) => answer.status).sort()).not.toEqual([200, 204]);
});

test("another organization's member answers exactly like an unknown one", async () => {
  await gateway.makeOrganization(`stranger${run}`);
  const stranger = (await logIn(gateway, `stranger${run}`)).call;
  for (const [method, body] of [
    ['GET', undefined],
    ['PATCH', { name: 'Mine' }],
    ['DELETE', undefined],
  ] as const) {
    const headers = { 'x-request-id': 'same' };
    const foreign = await stranger(method, `/api/v1/team_members/${adminId}`, body, headers);
    const unknown = await stranger(method, '/api/v1/team_members/987654321', body, headers);
    expect(foreign.status).toBe(404);
    expect(foreign.text.replaceAll(String(adminId), ':id')).toBe(unknown.text.replaceAll('987654321', ':id'));
  }
});
