import { type Kysely, sql } from 'kysely';

/**
 * What a body is about, so that it can be found when that is erased. Bodies from before have none: they go with their
 * partitions, within 30 days.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table payloads add column subject text collate "C"`.execute(db);
  await sql`create index payloads_organization_id_subject_idx on payloads (organization_id, subject)
    where subject is not null and body <> ''`.execute(db);
}
