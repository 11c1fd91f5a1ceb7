import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

export async function createProjects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table projects (
      id bigint generated always as identity primary key,
      organization_id bigint not null references organizations (id),
      name text not null,
      description text,
      color text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await addRevision(db, 'projects');
  await sql`create index projects_organization_id_id_idx on projects (organization_id, id)`.execute(db);
}
