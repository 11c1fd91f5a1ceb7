import { createTestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { connectDatabase, type Database } from '../src/index.ts';

type Tables = { facts: { id: bigint; note: string; at: Date } };

let db: Database<Tables>;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase({ name: 'stream' });
  drop = database.drop;
  db = connectDatabase({
    url: database.url,
    schema: 'public',
    service: 'test',
    log: { warn: () => undefined },
    max: 1,
  });
  await sql`
    create table facts as
    select id::bigint, 'note ' || id as note, '2026-11-25T00:00:00Z'::timestamptz as at
    from generate_series(1, 10000) as id`.execute(db.kysely);
});

afterAll(async () => {
  await db.close();
  await drop();
});

const from = (first: bigint) => db.kysely.selectFrom('facts').selectAll().where('id', '>=', first).orderBy('id');

/** Returns the number of cursors open on this connection, besides the cursor that this query reads from. */
async function openCursors(on: Kysely<Tables>): Promise<bigint | undefined> {
  const { rows } = await sql<{ count: bigint }>`select count(*) as count from pg_cursors where name <> ''`.execute(on);
  return rows[0]?.count;
}

test('a select with a parameter is streamed in chunks, with the types of any other query', async () => {
  const rows: unknown[] = [];
  for await (const row of from(7501n).stream(100)) rows.push(row);
  expect(rows).toHaveLength(2500);
  expect(rows.at(-1)).toEqual({ id: 10_000n, note: 'note 10000', at: new Date('2026-11-25T00:00:00Z') });
  expect(rows).toEqual(await from(7501n).execute());
});

test('no more rows are read than were asked for', async () => {
  await sql`create sequence read_rows`.execute(db.kysely);
  const counted = db.kysely.selectFrom('facts').select(sql<bigint>`nextval('read_rows')`.as('n')).stream(100);
  for await (const { n } of counted) if (n === 150n) break;
  const { rows } = await sql`select last_value from read_rows`.execute(db.kysely);
  expect(rows).toEqual([{ last_value: 200n }]);
});

test('a loop that is left early closes the cursor and gives the connection back', async () => {
  await db.kysely.transaction().execute(async (trx) => {
    for await (const { id } of trx.selectFrom('facts').selectAll().orderBy('id').stream(100)) {
      if (id === 150n) break;
    }
    expect(await openCursors(trx)).toBe(0n);
  });
  // The pool has one connection.
  for await (const { id } of from(1n).stream(100)) if (id === 150n) break;
  expect(await from(10_000n).execute()).toHaveLength(1);
});

test('an error of the query, or one thrown in the loop, is the one that the loop throws', async () => {
  const failing = db.kysely.selectFrom('facts').select(sql<number>`1 / (5000 - id)`.as('n')).stream(100);
  const readAll = async () => {
    for await (const _ of failing);
  };
  await expect(readAll()).rejects.toMatchObject({ code: '22012' });
  const throwing = async () => {
    for await (const _ of from(1n).stream(100)) throw new Error('enough');
  };
  await expect(throwing()).rejects.toThrow('enough');
  expect(await openCursors(db.kysely)).toBe(0n);
});
