import { type Kysely, sql } from 'kysely';

/** Rows from before are live, and so are those that a process of the version before inserts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workflows
      add column mode text not null default 'live',
      add constraint workflows_mode_check check (mode in ('live', 'test'))`.execute(db);
  // Lists show one mode. The indexes without the mode serve processes of the version before, and go in a later release.
  await sql`create index workflows_organization_id_mode_id_idx
    on workflows (organization_id, mode, id) where deleted_at is null`.execute(db);
  await sql`create index workflows_organization_id_mode_status_id_idx
    on workflows (organization_id, mode, status, id) where deleted_at is null`.execute(db);
  await sql`create index workflows_organization_id_mode_project_id_id_idx
    on workflows (organization_id, mode, project_id, id) where deleted_at is null`.execute(db);
  await sql`create index workflows_organization_id_mode_project_id_status_id_idx
    on workflows (organization_id, mode, project_id, status, id) where deleted_at is null`.execute(db);
}
