import {
  createTestDatabase,
  eventually,
  type FaultProxy,
  startFaultProxy,
  type TestDatabase,
} from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase, type Database, isInfrastructureError } from '../src/index.ts';

const silenceMs = 300;
const silent = { warn: () => undefined };
let database: TestDatabase;
let proxy: FaultProxy;
let db: Database<unknown>;
beforeEach(async () => {
  database = await createTestDatabase({ name: 'silent' });
  proxy = await startFaultProxy({ port: Number(new URL(database.url).port) });
  db = connectDatabase({
    url: proxy.through(database.url),
    schema: 'public',
    service: 'test',
    log: silent,
    max: 1,
    silenceMs,
  });
});
afterEach(async () => {
  await proxy.stop();
  await db.close();
  await database.drop();
});

test.each(['swallowed', 'half_open'] as const)(
  '%s: a query fails as infrastructure, and its place in the pool is free again',
  async (fault) => {
    await sql`select 1`.execute(db.kysely);
    proxy.fail(fault);
    const error = await sql`select 1`.execute(db.kysely).catch((reason: unknown) => reason);
    expect(isInfrastructureError(error)).toBe(true);
    proxy.heal();
    expect((await sql`select 1 as one`.execute(db.kysely)).rows).toEqual([{ one: 1 }]);
  },
);

test('a transaction whose commit is swallowed fails, and the server has nothing of it', async () => {
  await sql`create table facts (n int)`.execute(db.kysely);
  const work = db.kysely.transaction().execute(async (trx) => {
    await sql`insert into facts values (1)`.execute(trx);
    proxy.fail('swallowed');
  });
  expect(isInfrastructureError(await work.catch((reason: unknown) => reason))).toBe(true);
  proxy.heal();
  expect((await sql`select n from facts`.execute(db.kysely)).rows).toEqual([]);
});

/** Whether a cursor opened by these tests has run on the server for `span`, by the server's clock. */
async function openFor(span: string): Promise<boolean> {
  const direct = connectDatabase({ url: database.url, schema: 'public', service: 'test', log: silent, max: 1 });
  try {
    const { rows } = await sql<{ long: boolean }>`
      select bool_or(clock_timestamp() - query_start > ${span}::interval) as long from pg_stat_activity
      where datname = current_database() and query like '%generate_series(1, 4)%' and pid <> pg_backend_pid()`.execute(
      direct.kysely,
    );
    return rows[0]?.long === true;
  } finally {
    await direct.close();
  }
}

test('a reader that takes its time with the rows of a cursor loses no connection', async () => {
  const seen: number[] = [];
  const rows = db.kysely.selectNoFrom(sql<number>`generate_series(1, 4)`.as('n')).stream(1);
  for await (const { n } of rows) {
    seen.push(n);
    if (n === 1) await eventually(async () => expect(await openFor(`${2 * silenceMs} milliseconds`)).toBe(true));
  }
  expect(seen).toEqual([1, 2, 3, 4]);
});
