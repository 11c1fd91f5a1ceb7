import { type Kysely, sql } from 'kysely';

/**
 * A day that is counted anew is deleted and summed up by its time. The primary key has the time behind four other columns, so each day would
 * read all that the organization has in the month.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index rollup_quarters_organization_id_at_idx on rollup_quarters (organization_id, at)`.execute(db);
}
