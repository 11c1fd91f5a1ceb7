import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table leads
      add column converted_at timestamptz(3),
      add column contact_id uuid constraint leads_contact_id_fkey references contacts (id)`.execute(db);
  await sql`create index leads_organization_id_contact_id_idx
    on leads (organization_id, contact_id) where contact_id is not null`.execute(db);
  // Whom a lead becomes is looked up by the name of the company, in whatever case.
  await sql`create index accounts_organization_id_lower_name_idx
    on accounts (organization_id, lower(name)) where deleted_at is null`.execute(db);
}
