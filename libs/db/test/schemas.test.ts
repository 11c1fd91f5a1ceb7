import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { connectDatabase, type Database, migrate, migrateByEnvironment, provisionSchema } from '../src/index.ts';

const log = { warn: () => undefined };
// Roles belong to the whole server, which is shared with other tests.
const suffix = randomBytes(4).toString('hex');
const roles = { one: `one_${suffix}`, two: `two_${suffix}` };
const open: Database<unknown>[] = [];
let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ name: 'schemas' });
});
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
  await database.drop();
  const admin = await createTestDatabase();
  await query(admin.url, `drop role if exists ${roles.one}, ${roles.two}`);
  await admin.drop();
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function connect(url: string, schema: string): Database<unknown> {
  const db = connectDatabase<unknown>({ url, schema, service: 'test', log });
  open.push(db);
  return db;
}

const provision = (schema: 'one' | 'two', password = 'p&ss:w/rd') =>
  provisionSchema({ adminUrl: database.url, schema, role: roles[schema], password });

const migrations = {
  '2026-01-01-0000-facts': {
    up: (db: Database<unknown>['kysely']) => sql`create table facts (id bigint)`.execute(db).then(() => undefined),
  },
};

test('a role owns its schema and reads no other', async () => {
  const [one, two] = [await provision('one'), await provision('two')];
  await migrate({ url: one, schema: 'one', migrations });
  await migrate({ url: two, schema: 'two', migrations });
  await sql`insert into facts values (1)`.execute(connect(one, 'one').kysely);
  await expect(sql`select * from one.facts`.execute(connect(two, 'two').kysely)).rejects.toMatchObject({
    code: '42501',
  });
  await expect(sql`create table one.mine ()`.execute(connect(two, 'two').kysely)).rejects.toMatchObject({
    code: '42501',
  });
  await expect(sql`create table public.mine ()`.execute(connect(two, 'two').kysely)).rejects.toMatchObject({
    code: '42501',
  });
});

test('provisioning again changes the password and keeps the data', async () => {
  await migrate({ url: await provision('one', 'before'), schema: 'one', migrations });
  const url = await provision('one', 'after');
  expect(new URL(url).password).toBe('after');
  expect((await sql`select * from facts`.execute(connect(url, 'one').kysely)).rows).toEqual([]);
});

test('several may provision at once', async () => {
  const urls = await Promise.all([provision('one'), provision('one'), provision('two'), provision('one')]);
  for (const url of urls) expect(await query(url, 'select 1 as ok')).toEqual([{ ok: 1 }]);
});

test('migrations are applied once when several processes apply them at the same time', async () => {
  const options = { url: await provision('one'), schema: 'one', migrations };
  const applied = await Promise.all([migrate(options), migrate(options), migrate(options)]);
  expect(applied.flat()).toEqual(['2026-01-01-0000-facts']);
  expect(await migrate(options)).toEqual([]);
});

test('a schema that a newer version migrated is refused in one sentence', async () => {
  const url = await provision('one');
  const newer = { ...migrations, '2027-01-01-0000-later': { up: async () => undefined } };
  await migrate({ url, schema: 'one', migrations: newer });
  await expect(migrate({ url, schema: 'one', migrations })).rejects.toMatchObject({
    reason: 'schema_too_new',
    message: expect.stringContaining('2027-01-01-0000-later'),
  });
});

test('a migration waits for a table that is in use and delays the statements behind it only for a moment', async () => {
  const url = await provision('one');
  await migrate({ url, schema: 'one', migrations });
  const db = connect(url, 'one');
  const busy = await db.pool.connect();
  await busy.query('begin; select * from facts');
  const change = {
    '2026-02-01-0000-wider': { up: (k: typeof db.kysely) => sql`alter table facts add v int`.execute(k) },
  };
  const migrated = migrate({ url, schema: 'one', migrations: { ...migrations, ...withoutResult(change) } });
  // This statement queues behind the migration's lock request, and runs when that request gives up.
  await sql`select * from facts`.execute(db.kysely);
  await busy.query('commit');
  busy.release();
  expect(await migrated).toEqual(['2026-02-01-0000-wider']);
});

test('values come back as they are: bigints, free JSON with every digit, times', async () => {
  const { rows } = await sql`
    select 9007199254740993::int8 as id, array[1, null]::int8[] as ids, '{"n": 1.10, "big": 1e131071}'::json as free,
           array['1.0']::json[] as frees, '2026-11-25T00:00:00.123Z'::timestamptz as at`.execute(
    connect(database.url, 'public').kysely,
  );
  expect(rows).toEqual([
    {
      id: 9007199254740993n,
      ids: [1n, null],
      free: '{"n": 1.10, "big": 1e131071}',
      frees: ['1.0'],
      at: new Date('2026-11-25T00:00:00.123Z'),
    },
  ]);
});

test('a connection lost inside a transaction fails that transaction, and not the process', async () => {
  const lost: unknown[] = [];
  const db = connectDatabase<unknown>({
    url: database.url,
    schema: 'public',
    service: 'test',
    log: { warn: (fields) => lost.push(fields) },
  });
  open.push(db);
  await expect(
    db.kysely.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      await query(database.url, `select pg_terminate_backend(${rows[0]?.pid}, 5000)`);
      await sql`select 1`.execute(trx);
    }),
  ).rejects.toThrow();
  expect((await sql`select 1 as ok`.execute(db.kysely)).rows).toEqual([{ ok: 1 }]);
  expect(lost.length).toBeGreaterThan(0);
});

test('closing twice is closing once', async () => {
  const db = connect(database.url, 'public');
  await Promise.all([db.close(), db.close()]);
  await expect(sql`select 1`.execute(db.kysely)).rejects.toThrow();
});

function withoutResult(changes: Record<string, { up(db: Database<unknown>['kysely']): Promise<unknown> }>) {
  return Object.fromEntries(
    Object.entries(changes).map(([name, { up }]) => [
      name,
      { up: async (db: Database<unknown>['kysely']) => void (await up(db)) },
    ]),
  );
}

test('a migration that is given an administrator makes the role and its schema first, and says what it did', async () => {
  const url = new URL(database.url);
  url.username = roles.one;
  url.password = encodeURIComponent('p&ss:w/rd');
  const env = { DATABASE_URL: url.href, ADMIN_DATABASE_URL: database.url };
  expect(await migrateByEnvironment(env, { schema: 'one', migrations })).toBe('one: applied 2026-01-01-0000-facts');
  const { DATABASE_URL } = env;
  expect(await migrateByEnvironment({ DATABASE_URL }, { schema: 'one', migrations })).toBe('one: up to date');
  await expect(migrateByEnvironment({}, { schema: 'one', migrations })).rejects.toThrow('DATABASE_URL: is required');
});
