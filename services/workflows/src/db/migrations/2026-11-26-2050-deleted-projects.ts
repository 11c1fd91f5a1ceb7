import { type Kysely, sql } from 'kysely';

/** Projects that are deleted or being deleted, so that no workflow is put into one. A row for each, kept for ever. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table deleted_projects (
      organization_id bigint not null,
      project_id bigint not null,
      reassigned_to bigint,
      deleted_at timestamptz not null default now(),
      primary key (organization_id, project_id)
    )`.execute(db);
}
