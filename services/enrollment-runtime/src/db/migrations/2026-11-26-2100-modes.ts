import { type Kysely, sql } from 'kysely';

/** The modes of workflows. Those from before are live, and so are those that a process of the version before inserts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['lanes', 'event_triggers']) {
    await sql`
      alter table ${sql.table(table)}
        add column mode text not null default 'live',
        add constraint ${sql.ref(`${table}_mode_check`)} check (mode in ('live', 'test'))`.execute(db);
  }
  // The index without the mode serves processes of the version before, and goes in a later release.
  await sql`create index event_triggers_organization_id_mode_event_name_idx
    on event_triggers (organization_id, mode, event_name, workflow_id)`.execute(db);
}
