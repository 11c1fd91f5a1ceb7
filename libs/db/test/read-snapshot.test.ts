import { createTestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { connectDatabase, type Database, readSnapshot } from '../src/index.ts';

let db: Database<unknown>;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase({ name: 'snapshot' });
  drop = database.drop;
  db = connectDatabase({ url: database.url, schema: 'public', service: 'test', log: { warn: () => undefined } });
  await sql`create table facts (id bigint)`.execute(db.kysely);
});

afterAll(async () => {
  await db.close();
  await drop();
});

async function countFacts(on: Kysely<unknown>): Promise<bigint | undefined> {
  const { rows } = await sql<{ count: bigint }>`select count(*) as count from facts`.execute(on);
  return rows[0]?.count;
}

test('a row that is committed between two statements is seen by neither', async () => {
  const counts = await readSnapshot(db.kysely, async (trx) => {
    const before = await countFacts(trx);
    await sql`insert into facts values (1)`.execute(db.kysely);
    return [before, await countFacts(trx)];
  });
  expect(counts).toEqual([0n, 0n]);
  expect(await countFacts(db.kysely)).toBe(1n);
});

test('a write in it fails', async () => {
  const write = readSnapshot(db.kysely, (trx) => sql`insert into facts values (2)`.execute(trx));
  await expect(write).rejects.toMatchObject({ code: '25006' });
});
