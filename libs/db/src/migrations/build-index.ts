import { type Kysely, type RawBuilder, sql } from 'kysely';

/**
 * Builds an index while others write, unless it is there, in a migration `withoutTransaction`. `on` is what follows that
 * word. One that is not valid was left by a try that was broken off, and is made anew.
 */
export async function buildIndex(db: Kysely<unknown>, name: string, on: RawBuilder<unknown>): Promise<void> {
  // It waits for whoever writes, however long that takes, and keeps nobody out meanwhile.
  await sql`set lock_timeout = 0`.execute(db);
  try {
    const { rows } = await sql`
      select from pg_index where indexrelid = to_regclass(${name}) and not indisvalid`.execute(db);
    if (rows.length > 0) await sql`drop index concurrently ${sql.id(name)}`.execute(db);
    await sql`create index concurrently if not exists ${sql.id(name)} on ${on}`.execute(db);
  } finally {
    await sql`reset lock_timeout`.execute(db);
  }
}
