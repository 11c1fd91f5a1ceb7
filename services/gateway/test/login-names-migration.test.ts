import { connectDatabase, migrate } from '@drippulse/db';
import { testLogger } from '@drippulse/service/harness';
import { createTestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { migrations } from '../src/db/migrations/index.ts';
import type { DB } from '../src/db/schema.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase({ name: 'login-names' });
});
afterAll(() => database.drop());

test('users from before have the keys of their names, and of names that look alike the oldest keeps its own', async () => {
  const { url } = database;
  const baseline = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '2026-11-26'));
  await migrate({ url, schema: 'identity', migrations: baseline });
  const db = connectDatabase<DB>({ url, schema: 'identity', service: 'test', log: testLogger(), max: 1 });
  try {
    await sql`insert into organizations (name, slug) values ('O', 'o')`.execute(db.kysely);
    const insert = (name: string) =>
      sql`
      insert into users (organization_id, username, email, role, status)
      values (1, ${name}, ${`${crypto.randomUUID()}@example.com`}, 'viewer', 'active')`.execute(db.kysely);
    for (const name of ['Ada', 'ada ', 'ａda', 'bob', '\u200b']) await insert(name);
    await migrate({ url, schema: 'identity', migrations });
    // As the version before inserts while both serve.
    await insert('Carol');
    const users = await db.kysely.selectFrom('users').select(['id', 'username_key']).orderBy('id').execute();
    const [, second, third, , fifth] = users.map(({ id }) => id);
    expect(users.map((user) => user.username_key)).toEqual([
      'ada',
      ` ${second} ada`,
      ` ${third} ada`,
      'bob',
      ` ${fifth} `,
      'carol',
    ]);
  } finally {
    await db.close();
  }
});
