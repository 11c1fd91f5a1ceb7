import { type Kysely, sql } from 'kysely';

/** Filters of lists that read everything of an organization where few rows meet them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['accounts', 'contacts', 'leads', 'opportunities', 'activities']) {
    await sql`create index ${sql.ref(`${table}_organization_id_external_system_idx`)} on ${sql.table(table)}
      (organization_id, external_system, created_at, id)
      where external_system is not null and deleted_at is null`.execute(db);
  }
  await sql`create index activities_organization_id_done_idx on activities (organization_id, created_at, id)
    where completed_at is not null and deleted_at is null`.execute(db);
  await sql`create index activities_organization_id_open_idx on activities (organization_id, created_at, id)
    where completed_at is null and deleted_at is null`.execute(db);
}
