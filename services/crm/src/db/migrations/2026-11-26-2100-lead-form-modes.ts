import { type Kysely, sql } from 'kysely';

/** Forms from before are live, and so are those that a process of the version before inserts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table lead_forms
      add column mode text not null default 'live',
      add constraint lead_forms_mode_check check (mode in ('live', 'test'))`.execute(db);
  // A list shows one mode, and walks past no form of the other. The index without the mode serves processes of the version
  // before, and goes in a later release.
  for (const mode of ['live', 'test']) {
    await sql`
      create index ${sql.ref(`lead_forms_${mode}_organization_id_id_idx`)} on lead_forms (organization_id, id)
        where deleted_at is null and mode = ${sql.lit(mode)}`.execute(db);
  }
}
