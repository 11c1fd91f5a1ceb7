import { createTestDatabase } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase, countUpTo } from '../src/index.ts';

test('a count is exact up to its cap and a minimum beyond, at the cost of the cap', async () => {
  const { url, drop } = await createTestDatabase({ name: 'count' });
  const db = connectDatabase<{ rows: { id: number } }>({
    url,
    schema: 'public',
    service: 't',
    log: { warn: () => undefined },
  });
  await sql`create table rows as select generate_series(1, 30) as id`.execute(db.kysely);
  const rows = (most: number) => db.kysely.selectFrom('rows').select('id').where('id', '<=', most);
  expect(await countUpTo(db.kysely, rows(0), 10)).toEqual({ totalCount: 0n });
  expect(await countUpTo(db.kysely, rows(10), 10)).toEqual({ totalCount: 10n });
  expect(await countUpTo(db.kysely, rows(11), 10)).toEqual({ totalCount: 10n, totalCountIsMinimum: true });
  expect(await countUpTo(db.kysely, rows(30))).toEqual({ totalCount: 30n });
  await db.close();
  await drop();
});
