import { type Kysely, sql } from 'kysely';

/** Statistics target. It is high enough for statistics of every row of a table with 300,000 rows. */
const target = 1_000;

/**
 * Vacuums a database and collects statistics of every row, now and in background runs. By default PostgreSQL only
 * samples rows, so plans would differ from run to run by chance.
 */
export async function analyzeWhole<DB>(db: Kysely<DB>): Promise<void> {
  await db.connection().execute(async (connection) => {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(connection);
    const statistics = sql`default_statistics_target = ${sql.lit(target)}`;
    for (const { name } of rows) await sql`alter database ${sql.id(name)} set ${statistics}`.execute(connection);
    await sql`set ${statistics}`.execute(connection);
    await sql`set statement_timeout = 0`.execute(connection);
    await sql`vacuum analyze`.execute(connection);
    await sql`reset statement_timeout`.execute(connection);
    await sql`reset default_statistics_target`.execute(connection);
  });
}
