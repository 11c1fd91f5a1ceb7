import { createTestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql, type Transaction } from 'kysely';
import { type CopyRow, copyBuffer, startCopy } from '../src/copy/index.ts';
import { connectDatabase, type Database } from '../src/index.ts';

const columns = {
  id: 'int8',
  small: 'int4',
  ratio: 'float8',
  at: 'timestamptz',
  key: 'uuid',
  name: 'text',
  data: 'json',
} as const;
type Row = CopyRow<typeof columns>;

let db: Database<unknown>;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase({ name: 'copy' });
  db = connectDatabase({ url: database.url, schema: 'public', service: 'test', log: { warn: () => undefined } });
  drop = database.drop;
  await sql`
    create table probes (
      id bigint primary key, small integer, ratio double precision, at timestamptz, key uuid,
      name text check (name <> 'refused'), data json)`.execute(db.kysely);
});

afterAll(async () => {
  await db.close();
  await drop();
});

function copy(rows: readonly Row[]): Promise<void> {
  return db.kysely.transaction().execute((trx) => copyIn(trx, rows));
}

function copyIn(trx: Transaction<unknown>, rows: readonly Row[]): Promise<void> {
  const buffer = startCopy(columns, {});
  for (const row of rows) buffer.add(row);
  return copyBuffer(trx, 'probes', buffer);
}

async function stored(): Promise<unknown[]> {
  const { rows } = await sql`select * from probes order by id`.execute(db.kysely);
  await sql`truncate probes`.execute(db.kysely);
  return rows;
}

const nothing = { small: null, ratio: null, at: null, key: null, name: null, data: null };

test('rows are stored as they were given', async () => {
  const rows: Row[] = [
    {
      id: -9_007_199_254_740_993n,
      small: -2_147_483_648,
      ratio: 0.1,
      at: new Date('1969-07-20T20:17:40.123Z'),
      key: '0197a1d0-0000-7000-8000-00000000cafe',
      name: 'Zoë € 😀\n',
      data: '{"a":1.50}',
    },
    { id: 0n, ...nothing },
    { ...nothing, id: 1n, name: '', at: new Date('9999-12-31T23:59:59.999Z') },
  ];
  await copy(rows);
  expect(await stored()).toEqual(rows);
  await copy([]);
  expect(await stored()).toEqual([]);
});

test('many rows and large ones are stored', async () => {
  const rows = Array.from({ length: 3000 }, (_, index) => ({
    ...nothing,
    id: BigInt(index),
    name: '€'.repeat(index % 1000 === 0 ? 100_000 : 20),
  }));
  await copy(rows);
  expect(await stored()).toEqual(rows);
});

test('the values that rows share are stored with each of them, whatever its size', async () => {
  const shared = { small: 3, name: 'x'.repeat(100_000), at: null };
  const own = [1n, 2n, 3n].map((id) => ({ id, key: null, ratio: Number(id) / 10, data: '{}' }));
  const buffer = startCopy(columns, shared);
  for (const row of own) buffer.add(row);
  await db.kysely.transaction().execute((trx) => copyBuffer(trx, 'probes', buffer));
  expect(await stored()).toEqual(own.map((row) => ({ ...row, ...shared })));
});

test('rows have the shared values that were fixed when they were added', async () => {
  const first = { small: 1, name: 'first' };
  const second = { small: 2, name: 'second'.repeat(20_000) };
  const own = (id: bigint) => ({ ...nothing, id, small: undefined, name: undefined });
  const buffer = startCopy(columns, first);
  buffer.add(own(1n));
  buffer.fix(second);
  buffer.add(own(2n));
  buffer.fix(first);
  buffer.add(own(3n));
  await db.kysely.transaction().execute((trx) => copyBuffer(trx, 'probes', buffer));
  expect(await stored()).toMatchObject([
    { id: 1n, ...first },
    { id: 2n, ...second },
    { id: 3n, ...first },
  ]);
});

test('rows copied one after the other and at once do not mix', async () => {
  const rowsOf = (name: string, first: number) =>
    Array.from({ length: 1000 }, (_, index) => ({ ...nothing, id: BigInt(first + index), name: name.repeat(200) }));
  const [a, b, c] = [rowsOf('a', 0), rowsOf('b', 1000), rowsOf('c', 2000)];
  await copy(a);
  await Promise.all([copy(b), copy(c)]);
  expect(await stored()).toEqual([...a, ...b, ...c]);
});

test('a row that the table refuses fails the copy, up to a savepoint, and the connection stays usable', async () => {
  const taken = { ...nothing, id: 1n };
  await db.kysely.transaction().execute(async (trx) => {
    await copyIn(trx, [taken]);
    await sql`savepoint before`.execute(trx);
    await expect(copyIn(trx, [taken])).rejects.toMatchObject({ code: '23505' });
    await sql`rollback to savepoint before`.execute(trx);
    await expect(copyIn(trx, [{ ...nothing, id: 2n, name: 'refused' }])).rejects.toMatchObject({
      code: '23514',
    });
    await sql`rollback to savepoint before`.execute(trx);
    await expect(copyIn(trx, [{ ...nothing, id: 2n, name: '\0' }])).rejects.toMatchObject({
      code: '22021',
    });
    await sql`rollback to savepoint before`.execute(trx);
    await copyIn(trx, [{ ...nothing, id: 2n }]);
  });
  expect(await stored()).toMatchObject([{ id: 1n }, { id: 2n }]);
});

test('a connection that is lost while rows are copied fails the copy', async () => {
  const copying = db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db.kysely);
    await copyIn(trx, [{ ...nothing, id: 1n }]);
  });
  await expect(copying).rejects.toThrow();
  expect(await stored()).toEqual([]);
});
