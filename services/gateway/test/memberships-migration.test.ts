import { connectDatabase, migrate } from '@drippulse/db';
import { testLogger } from '@drippulse/service/harness';
import { createTestDatabase, somebodyWaits } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { migrations } from '../src/db/migrations/index.ts';
import type { DB } from '../src/db/schema.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: ReturnType<typeof connectDatabase<DB>>;
beforeAll(async () => {
  database = await createTestDatabase({ name: 'memberships' });
  const { url } = database;
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '2026-11-27-1230'));
  await migrate({ url, schema: 'identity', migrations: before });
  db = connectDatabase<DB>({ url, schema: 'identity', service: 'test', log: testLogger() });
  await sql`insert into organizations (name, slug) values ('One', 'one'), ('Two', 'two')`.execute(db.kysely);
  await sql`
    insert into users (organization_id, username, email, role, status, password_hash, last_login_at) values
      (1, 'Ada', 'ada@example.com', 'admin', 'active', 'hash of ada', now()),
      (1, 'bo@example.com', 'bo@example.com', 'viewer', 'invited', null, null),
      (2, 'Cy', 'ada@example.com', 'editor', 'disabled', 'hash of cy', null)`.execute(db.kysely);
  await sql`
    insert into sessions (id, organization_id, user_id, expires_at)
    select gen_random_uuid(), 1, id, now() + interval '1 hour' from users where username = 'Ada'`.execute(db.kysely);
  await migrate({ url, schema: 'identity', migrations });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const members = () =>
  db.kysely
    .selectFrom('memberships')
    .leftJoin('identities', 'identities.id', 'memberships.identity_id')
    .select(['memberships.id', 'memberships.username', 'memberships.status', 'memberships.revision'])
    .select('identities.password_hash')
    .orderBy('memberships.id')
    .execute();

test('each user with a password is an identity and a member with the same id, and an invited one a member alone', async () => {
  expect(await members()).toEqual([
    { id: 1n, username: 'Ada', status: 'active', revision: 1n, password_hash: 'hash of ada' },
    { id: 2n, username: 'bo@example.com', status: 'invited', revision: 1n, password_hash: null },
    { id: 3n, username: 'Cy', status: 'disabled', revision: 1n, password_hash: 'hash of cy' },
  ]);
  expect(await db.kysely.selectFrom('sessions').select(['user_id', 'identity_id']).execute()).toEqual([
    { user_id: 1n, identity_id: 1n },
  ]);
});

test('a process of the version before adds, finds, changes and removes users, and signs them in', async () => {
  const { rows } = await sql<{ id: bigint; revision: bigint; created_at: Date }>`
    insert into users (organization_id, username, username_key, email, role, status, password_hash)
    values (2, 'Di', 'di', 'di@example.com', 'viewer', 'active', 'hash of di') returning *`.execute(db.kysely);
  expect(rows).toMatchObject([{ revision: 1n, created_at: expect.any(Date) }]);
  const id = rows[0]?.id;
  const found = await sql`
    select users.id, users.password_hash from users left join login_networks on login_networks.user_id = users.id
    where username_key = 'di'`.execute(db.kysely);
  expect(found.rows).toEqual([{ id, password_hash: 'hash of di' }]);

  const loggedIn = await sql`
    update users set last_login_at = now() where id = ${id} and password_hash = 'hash of di' and status = 'active'
    returning id, revision`.execute(db.kysely);
  expect(loggedIn.rows).toEqual([{ id, revision: 1n }]);
  await sql`
    insert into sessions (id, organization_id, user_id, expires_at) values (gen_random_uuid(), 2, ${id}, now())`.execute(
    db.kysely,
  );
  await sql`select revision from users where organization_id = 2 and id = ${id} for update`.execute(db.kysely);
  await sql`
    update users set username = 'Dia', username_key = 'dia', password_hash = 'another', role = 'editor' where id = ${id}
    `.execute(db.kysely);
  const [changed] = (await members()).filter((member) => member.id === id);
  expect(changed).toMatchObject({ username: 'Dia', password_hash: 'another' });
  const { numAffectedRows } = await sql`delete from users where organization_id = 2 and id = ${id}`.execute(db.kysely);
  expect(numAffectedRows).toBe(1n);
  expect((await members()).filter((member) => member.id === id)).toEqual([]);
});

test('an invited user to whom the version before gives a password becomes somebody', async () => {
  await sql`update users set password_hash = 'hash of bo', status = 'active' where username = 'bo@example.com'`.execute(
    db.kysely,
  );
  expect((await members())[1]).toMatchObject({ status: 'active', password_hash: 'hash of bo' });
});

test.each([
  ['user name', 'Ada', 'other@example.com', 'users_username_key'],
  ['address', 'other', 'Ada@example.com', 'users_organization_id_email_key'],
])('a taken %s fails by the constraint that the version before knows', async (_name, username, email, constraint) => {
  const insert = sql`
    insert into users (organization_id, username, email, role, status, password_hash)
    values (1, ${username}, ${email}, 'viewer', 'active', 'x')`.execute(db.kysely);
  await expect(insert).rejects.toMatchObject({ code: '23505', constraint });
});

test('an update of the version before that was overtaken fails, and writes nothing old over the new', async () => {
  const { late } = await db.kysely.transaction().execute(async (trx) => {
    await sql`update memberships set status = 'disabled' where id = 1`.execute(trx);
    const late = sql`update users set last_login_at = now() where id = 1 and status = 'active'`
      .execute(db.kysely)
      .catch((error: { code: string }) => error.code);
    await somebodyWaits(trx);
    return { late };
  });
  expect(await late).toBe('40001');
  expect((await members())[0]).toMatchObject({ status: 'disabled' });
});

test('who belongs to two organizations is changed by neither through the version before, and removed by each', async () => {
  await sql`
    insert into memberships (organization_id, identity_id, username, username_key, email, role, status)
    select 2, identity_id, '', '', '', 'viewer', 'active' from memberships where username = 'bo@example.com'`.execute(
    db.kysely,
  );
  const change = sql`update users set password_hash = 'mine' where organization_id = 2 and username = 'bo@example.com'`;
  await expect(change.execute(db.kysely)).rejects.toMatchObject({ code: '42501' });
  await sql`delete from users where organization_id = 2 and username = 'bo@example.com'`.execute(db.kysely);
  expect((await members())[1]).toMatchObject({ status: 'active', password_hash: 'hash of bo' });
});
