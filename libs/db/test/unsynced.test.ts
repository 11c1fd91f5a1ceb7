import { createTestDatabase } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { connectDatabase, unsynced } from '../src/index.ts';

async function setting(db: Kysely<unknown>): Promise<string | undefined> {
  const { rows } = await sql<{ value: string }>`select current_setting('synchronous_commit') as value`.execute(db);
  return rows[0]?.value;
}

test('the transaction of an unsynced statement does not wait for the disk, and the next one on its connection does', async () => {
  const { url, drop } = await createTestDatabase({ name: 'unsynced' });
  const log = { warn: () => undefined };
  const db = connectDatabase<unknown>({ url, schema: 'public', service: 't', log, max: 1 });
  await sql`set synchronous_commit = on`.execute(db.kysely);
  await sql`create table rows as select 1 as id`.execute(db.kysely);
  await db.kysely.transaction().execute(async (trx) => {
    await sql`with ${unsynced} delete from rows using unsynced where id = 2`.execute(trx);
    expect(await setting(trx)).toBe('off');
  });
  expect(await setting(db.kysely)).toBe('on');
  await db.close();
  await drop();
});
