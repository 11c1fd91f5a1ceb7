import { type Kysely, sql } from 'kysely';

/** Forms from before are live, and so are those that a process of the version before inserts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table lead_forms
      add column mode text not null default 'live',
      add constraint lead_forms_mode_check check (mode in ('live', 'test'))`.execute(db);
  // The index without the mode serves processes of the version before, and goes in a later release.
  await sql`create index lead_forms_organization_id_mode_id_idx on lead_forms (organization_id, mode, id)
    where deleted_at is null`.execute(db);
}
