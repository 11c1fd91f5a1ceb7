import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { inRounds } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase, type Database, type RowFilters, rowConditions } from '../src/index.ts';

const rows = 20_000;
const start = Date.UTC(2026, 0, 1);

type Rows = { rows: { id: bigint; organization_id: bigint; created_at: Date } };
let database: TestDatabase;
let db: Database<Rows>;
beforeAll(async () => {
  database = await createTestDatabase({ name: 'row-filters' });
  db = connectDatabase<Rows>({ url: database.url, schema: 'public', service: 't', log: { warn: () => undefined } });
  // There is a row every ten seconds. Its time is up to four minutes earlier than its id suggests, and has
  // microseconds, which responses do not show.
  await sql`
    create table rows as
    select n as id, n % 2 as organization_id,
      ${new Date(start)}::timestamptz + n * interval '10 s' - n * 7919 % 240 * interval '1 s' + interval '400 us' as created_at
    from generate_series(1::bigint, ${rows}) as n`.execute(db.kysely);
  await sql`create index rows_organization_id_id_idx on rows (organization_id, id)`.execute(db.kysely);
  await sql`vacuum analyze rows`.execute(db.kysely);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const all = () => db.kysely.selectFrom('rows').where('organization_id', '=', 1n);

async function list(filters: Partial<RowFilters>) {
  const query = all()
    .where(await rowConditions(db.kysely, all(), { ids: [], ...filters }))
    .orderBy('id', 'desc');
  return query.select(['id', 'created_at']).execute();
}

test('filters by time and ids give what a walk filtered by hand gives, though times are not in the order of ids', () =>
  inRounds(async (random) => {
    const everything = await all().select(['id', 'created_at']).orderBy('id', 'desc').execute();
    const time = () => new Date(start + random.below(rows * 11) * 1_000 + random.pick([0, 1, 999]));
    for (let round = 0; round < 30; round += 1) {
      const [since, until] = [time(), time()];
      const ids = random.below(3) === 0 ? random.some(everything, 5).map(({ id }) => id) : [];
      const filters = {
        ids,
        ...(random.below(4) > 0 && { createdSince: timestampFromDate(since) }),
        ...(random.below(4) > 0 && { createdUntil: timestampFromDate(until) }),
      };
      const expected = everything.filter(
        ({ id, created_at: at }) =>
          (ids.length === 0 || ids.includes(id)) &&
          (!('createdSince' in filters) || at >= since) &&
          (!('createdUntil' in filters) || at < until),
      );
      expect(await list(filters)).toEqual(expected);
    }
  }));

test('a bound between two milliseconds means what the times show that answers have', async () => {
  const [row] = await all().select(['id', 'created_at']).where('id', '=', 2_001n).execute();
  const shown = timestampFromDate(row?.created_at ?? new Date());
  const later = { ...shown, nanos: shown.nanos + 1 };
  const has = async (filters: Partial<RowFilters>) => (await list(filters)).some(({ id }) => id === 2_001n);
  expect([await has({ createdSince: shown }), await has({ createdSince: later })]).toEqual([true, false]);
  expect([await has({ createdUntil: shown }), await has({ createdUntil: later })]).toEqual([false, true]);
});

test('a short time long ago is found without what is newer', async () => {
  const day = start + 50_000_000;
  const filters = {
    createdSince: timestampFromDate(new Date(day)),
    createdUntil: timestampFromDate(new Date(day + 60_000)),
  };
  const query = all()
    .where(await rowConditions(db.kysely, all(), { ids: [], ...filters }))
    .orderBy('id', 'desc')
    .limit(101);
  const [answer] = await query.selectAll().explain('json', sql`analyze, buffers`);
  const [{ Plan: plan }] = JSON.parse(String(answer?.['QUERY PLAN']));
  // The query reads the six rows that match, and the rows of the five minutes before and after them.
  expect(plan['Actual Rows']).toBeGreaterThan(0);
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(40);
});
