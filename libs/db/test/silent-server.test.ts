import { createTestDatabase, type FaultProxy, startFaultProxy, type TestDatabase } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase, type Database, isInfrastructureError } from '../src/index.ts';

let database: TestDatabase;
let proxy: FaultProxy;
let db: Database<unknown>;
beforeEach(async () => {
  database = await createTestDatabase({ name: 'silent' });
  proxy = await startFaultProxy({ port: Number(new URL(database.url).port) });
  const log = { warn: () => undefined };
  db = connectDatabase({
    url: proxy.through(database.url),
    schema: 'public',
    service: 'test',
    log,
    max: 1,
    silenceMs: 300,
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

test('a reader that takes its time with the rows of a cursor loses no connection', async () => {
  const seen: number[] = [];
  const rows = db.kysely.selectNoFrom(sql<number>`generate_series(1, 4)`.as('n')).stream(1);
  for await (const { n } of rows) {
    seen.push(n);
    if (n === 1) await new Promise((resolve) => setTimeout(resolve, 700));
  }
  expect(seen).toEqual([1, 2, 3, 4]);
});
