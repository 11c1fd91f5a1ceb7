import { createTestDatabase, eventually, type TestDatabase } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import {
  connectDatabase,
  createPartitions,
  type Database,
  databaseNow,
  maintainPartitions,
  startPartitionLoop,
} from '../src/index.ts';

const facts = { table: 'facts', column: 'at', keepHours: 48 };
const day1 = new Date('2026-03-01T10:00:00Z');
const daysLater = (days: number) => new Date(day1.getTime() + days * 86_400_000);

let database: TestDatabase;
let db: Database<unknown>;
beforeEach(async () => {
  database = await createTestDatabase({ name: 'partitions' });
  db = connectDatabase<unknown>({ url: database.url, schema: 'public', service: 't', log: { warn: () => undefined } });
  await sql`create table facts (at timestamptz not null, n int) partition by range (at)`.execute(db.kysely);
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

async function insert(at: Date, n: number): Promise<void> {
  await sql`insert into facts values (${at}, ${n})`.execute(db.kysely);
}

async function dump(): Promise<string[]> {
  const { rows } = await sql<{ row: string }>`
    select tableoid::regclass || ' ' || n as row from facts order by n`.execute(db.kysely);
  return rows.map(({ row }) => row);
}

test('rows go to the partition of their day in UTC, others to the default one', async () => {
  await createPartitions(db.kysely, 'facts', day1);
  await insert(new Date('2026-03-01T23:59:59.999Z'), 1);
  await insert(new Date('2026-03-02T00:00:00Z'), 2);
  await insert(daysLater(30), 3);
  expect(await dump()).toEqual(['facts_p20260301 1', 'facts_p20260302 2', 'facts_default 3']);
});

test('maintenance goes on from the migration and drops a day once its last row has expired', async () => {
  await createPartitions(db.kysely, 'facts', day1);
  await insert(day1, 1);
  await insert(daysLater(1), 2);
  expect(await maintainPartitions(db.kysely, facts, day1)).toEqual({ created: [], dropped: [] });
  expect((await maintainPartitions(db.kysely, facts, daysLater(2))).dropped).toEqual([]);
  expect(await maintainPartitions(db.kysely, facts, daysLater(3))).toEqual({
    created: ['facts_p20260307'],
    dropped: ['facts_p20260301'],
  });
  expect(await dump()).toEqual(['facts_p20260302 2']);
});

test('a table by the month has a partition for each, and drops a month once its last row has expired', async () => {
  const months = { ...facts, by: 'month' as const };
  await createPartitions(db.kysely, 'facts', new Date('2026-12-05T00:00:00Z'), 'month');
  await insert(new Date('2026-12-31T23:59:59.999Z'), 1);
  await insert(new Date('2027-01-01T00:00:00Z'), 2);
  expect(await dump()).toEqual(['facts_p202612 1', 'facts_p202701 2']);
  const last = await maintainPartitions(db.kysely, months, new Date('2027-01-02T00:00:00Z'));
  expect(last).toEqual({ created: ['facts_p202702'], dropped: [] });
  const over = await maintainPartitions(db.kysely, months, new Date('2027-01-03T00:00:00Z'));
  expect(over).toEqual({ created: [], dropped: ['facts_p202612'] });
});

test('a day that fell into the default partition stays there until it expires', async () => {
  await createPartitions(db.kysely, 'facts', day1);
  const late = daysLater(10);
  await insert(late, 1);
  const { created } = await maintainPartitions(db.kysely, facts, late);
  expect(created).toEqual(['facts_p20260312', 'facts_p20260313', 'facts_p20260314']);
  expect(await dump()).toEqual(['facts_default 1']);
  await maintainPartitions(db.kysely, facts, daysLater(13));
  expect(await dump()).toEqual([]);
});

test('of several processes each partition is made by one', async () => {
  await createPartitions(db.kysely, 'facts', day1);
  const done = await Promise.all(Array.from({ length: 4 }, () => maintainPartitions(db.kysely, facts, daysLater(2))));
  expect(done.flatMap(({ created }) => created).sort()).toEqual(['facts_p20260305', 'facts_p20260306']);
});

test('a table in use is left for the next time', async () => {
  await createPartitions(db.kysely, 'facts', day1);
  const reader = await db.pool.connect();
  await reader.query('begin; select * from facts');
  await expect(maintainPartitions(db.kysely, facts, daysLater(3))).rejects.toMatchObject({ code: '55P03' });
  await reader.query('commit');
  reader.release();
  expect((await maintainPartitions(db.kysely, facts, daysLater(3))).dropped).toEqual(['facts_p20260301']);
});

test('the loop keeps partitions ahead of the database clock', async () => {
  await createPartitions(db.kysely, 'facts', day1);
  const log = { info: () => undefined, error: () => undefined };
  const loop = startPartitionLoop({ db, tables: [facts], log });
  try {
    const today = `facts_p${(await databaseNow(db.kysely)).toISOString().slice(0, 10).replaceAll('-', '')}`;
    await eventually(async () => {
      const { rows } = await sql<{ name: string }>`
        select inhrelid::regclass::text as name from pg_inherits where inhparent = 'facts'::regclass`.execute(
        db.kysely,
      );
      expect(rows.map(({ name }) => name)).toContain(today);
    });
  } finally {
    await loop.stop();
  }
});
