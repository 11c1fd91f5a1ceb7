import { expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from './test-database.ts';
import { testPostgres } from './test-postgres.ts';

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

test('databases of one template are prepared once, and independent of each other', async () => {
  let prepared = 0;
  const create = () =>
    createTestDatabase({
      name: 'facts',
      template: 'testing_facts',
      async prepare(url) {
        prepared += 1;
        await query(url, 'create table facts as select 1 as n');
      },
    });
  const databases = await Promise.all([create(), create(), create(), create()]);
  expect(prepared).toBe(1);
  expect(new Set(databases.map(({ url }) => url)).size).toBe(4);
  const [first, second] = databases;
  await query(first?.url ?? '', 'update facts set n = 2');
  expect(await query(second?.url ?? '', 'select n from facts')).toEqual([{ n: 1 }]);
  for (const { drop } of databases) await drop();
});

test('a database is dropped although a client is connected to it', async () => {
  const { url, drop } = await createTestDatabase({
    prepare: async (to) => void (await query(to, 'create table facts ()')),
  });
  const guest = new pg.Client({ connectionString: url });
  guest.on('error', () => undefined);
  await guest.connect();
  await drop();
  const server = await testPostgres();
  expect(await query(server.url, `select 1 from pg_database where datname = '${nameOf(url)}'`)).toEqual([]);
  await guest.end().catch(() => undefined);
});

test('a template whose preparation failed is prepared again', async () => {
  let prepared = 0;
  const create = () =>
    createTestDatabase({
      template: 'testing_flaky',
      async prepare() {
        prepared += 1;
        if (prepared === 1) throw new Error('no luck');
      },
    });
  await expect(create()).rejects.toThrow('no luck');
  await (await create()).drop();
  expect(prepared).toBe(2);
});

test('databases of a killed run are dropped when they are hours old', async () => {
  const server = await testPostgres();
  await query(server.url, 'create database drippulse_test_left_behind');
  await query(server.url, "comment on database drippulse_test_left_behind is '2020-01-01T00:00:00Z'");
  await (await createTestDatabase({ template: 'testing_sweep', prepare: async () => undefined })).drop();
  expect(await query(server.url, "select 1 from pg_database where datname = 'drippulse_test_left_behind'")).toEqual([]);
});
