import { createTestDatabase, eventually } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase, type Database, readForAll, readSnapshot, readWithin, TooManyBytes } from '../src/index.ts';

/** Selects rows of 60 KB. */
const rows = (count: number) => sql<{ text: string }>`
  select repeat('x', 60000) as text from generate_series(1, ${count})`;
const sleep = sql`select pg_sleep(60), 'of a list'`;
const kib = 1 << 10;

let url: string;
let drop: () => Promise<void>;
let db: Database<object>;
let watcher: Database<object>;

beforeAll(async () => {
  ({ url, drop } = await createTestDatabase({ name: 'reading' }));
  db = connect(3, 'reader');
  watcher = connect(1, 'watcher');
});
afterAll(async () => {
  await db.close();
  await watcher.close();
  await drop();
});

function connect(max: number, service: string): Database<object> {
  return connectDatabase({ url, schema: 'public', service, log: { warn: () => undefined }, max });
}

/** Returns the statements that the server runs for the reader, and the reader's open connections. */
async function activity(): Promise<{ active: string[]; pids: number[] }> {
  const { rows: found } = await sql<{ pid: number; state: string; query: string }>`
    select pid, state, query from pg_stat_activity
    where application_name = 'reader' and backend_type = 'client backend' order by pid`.execute(watcher.kysely);
  return {
    active: found.filter(({ state }) => state !== 'idle').map(({ query }) => query),
    pids: found.map(({ pid }) => pid),
  };
}

const working = (count: number) =>
  eventually(async () => {
    const { active } = await activity();
    expect(active.filter((query) => query.includes('pg_sleep'))).toHaveLength(count);
  });

/** Expects every connection of the pool to be open, idle, and usable. */
async function expectAllUsable(pids: readonly number[]): Promise<void> {
  await eventually(() => expect([db.pool.totalCount, db.pool.idleCount, db.pool.waitingCount]).toEqual([3, 3, 0]));
  await eventually(async () => expect(await activity()).toEqual({ active: [], pids }));
  const answers = await Promise.all(
    [1, 2, 3].map((one) => sql<{ one: number }>`select ${one}::int as one`.execute(db.kysely)),
  );
  expect(answers.map(({ rows: [row] }) => row?.one)).toEqual([1, 2, 3]);
}

/** Opens all connections of the pool. */
async function open(): Promise<number[]> {
  await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.05)`.execute(db.kysely)));
  return (await activity()).pids;
}

const gone = new Error('the caller went away');

test('when a caller leaves, its statements are cancelled in PostgreSQL, and all connections come back usable', async () => {
  const pids = await open();
  const leaving = new AbortController();
  const reads = Array.from({ length: 5 }, () =>
    readWithin({ signal: leaving.signal }, async () => {
      await sql`select 1`.execute(db.kysely);
      await sleep.execute(db.kysely);
    }),
  );
  await working(3);
  await eventually(() => expect(db.pool.waitingCount).toBe(2));
  leaving.abort(gone);
  expect(await Promise.allSettled(reads)).toEqual(Array(5).fill({ status: 'rejected', reason: gone }));
  await expectAllUsable(pids);
});

test('a transaction ends after its reading, and its connection is usable', async () => {
  const pids = await open();
  const leaving = new AbortController();
  const read = readWithin({ signal: leaving.signal }, () => readSnapshot(db.kysely, (trx) => sleep.execute(trx)));
  await working(1);
  leaving.abort(gone);
  await expect(read).rejects.toBe(gone);
  await expectAllUsable(pids);
});

test('a caller that has left has nothing read', async () => {
  const read = readWithin({ signal: AbortSignal.abort(gone) }, () => rows(1).execute(db.kysely));
  await expect(read).rejects.toBe(gone);
  expect(db.pool.idleCount).toBe(db.pool.totalCount);
});

test('rows within the bound are read as they are, whatever statements they are of', async () => {
  const bounds = { signal: new AbortController().signal, mostBytes: 256 * kib };
  const [some, snapshot] = await readWithin(bounds, async () => [
    (await rows(2).execute(db.kysely)).rows,
    await readSnapshot(db.kysely, async (trx) => (await rows(2).execute(trx)).rows),
  ]);
  expect([some, snapshot]).toEqual([(await rows(2).execute(db.kysely)).rows, some]);
});

test.each([
  ['one statement', () => rows(100_000).execute(db.kysely)],
  [
    'several',
    async () => {
      for (;;) await rows(1).execute(db.kysely);
    },
  ],
  ['a snapshot', () => readSnapshot(db.kysely, (trx) => rows(100_000).execute(trx))],
  ['several at once', () => Promise.all([1, 2, 3].map(() => rows(100_000).execute(db.kysely)))],
  [
    'one whose failure the reader hides',
    () =>
      rows(100_000)
        .execute(db.kysely)
        .catch(() => undefined),
  ],
])('rows beyond the bound end the reading: of %s', async (_what, read) => {
  const pids = await open();
  const bounds = { signal: new AbortController().signal, mostBytes: 256 * kib };
  await expect(readWithin(bounds, async () => void (await read()))).rejects.toThrow(TooManyBytes);
  await expectAllUsable(pids);
});

test('an error of a statement stays what it is', async () => {
  const bounds = { signal: new AbortController().signal, mostBytes: 256 * kib };
  const read = readWithin(bounds, () => sql`select 1/0`.execute(db.kysely));
  await expect(read).rejects.toMatchObject({ code: '22012' });
});

test('a late cancellation hits no later statement of the connection', async () => {
  await using one = Object.assign(connect(1, 'reader'), { [Symbol.asyncDispose]: async () => one.close() });
  for (let round = 0; round < 100; round += 1) {
    const leaving = new AbortController();
    // In some rounds the statement has already ended when the server receives the cancel request.
    const read = readWithin({ signal: leaving.signal }, () => sql`select pg_sleep(0.001)`.execute(one.kysely));
    setTimeout(() => leaving.abort(gone), round % 5);
    await read.catch((error) => expect(error).toBe(gone));
    await sql`select pg_sleep(0.002)`.execute(one.kysely);
  }
});

test('work for all goes on when the reading that began it ends', async () => {
  const leaving = new AbortController();
  let shared: Promise<unknown> | undefined;
  const read = readWithin({ signal: leaving.signal, mostBytes: kib }, async () => {
    shared = readForAll(() => rows(1).execute(db.kysely));
    await sleep.execute(db.kysely);
  });
  await working(1);
  leaving.abort(gone);
  await expect(read).rejects.toBe(gone);
  expect(await shared).toMatchObject({ rows: [{ text: 'x'.repeat(60_000) }] });
});

afterEach(() => expect(db.pool.waitingCount).toBe(0));
