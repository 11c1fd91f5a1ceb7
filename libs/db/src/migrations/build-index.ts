import { type Kysely, type RawBuilder, sql } from 'kysely';

/**
 * Builds an index while others write to the table, unless it exists. For a migration with `withoutTransaction`. `on` is
 * the part of the statement after that word. An invalid index was left by an attempt that was broken off, and is
 * rebuilt.
 */
export async function buildIndex(db: Kysely<unknown>, name: string, on: RawBuilder<unknown>): Promise<void> {
  // The build waits for transactions that write, without limit, and blocks none of them.
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
