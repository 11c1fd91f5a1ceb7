import { type Kysely, sql } from 'kysely';
import { createRecordTable } from './record-table.ts';

export async function createAccounts(db: Kysely<unknown>): Promise<void> {
  await createRecordTable(db, {
    name: 'accounts',
    columns: sql`
      name text not null,
      domain text,
      website text,
      industry text,
      phone text,
      description text`,
    searched: ['name', 'domain'],
    lists: { name: 'name, id', domain: 'lower(domain), created_at, id' },
  });
  // The conversion of a lead looks for an account with the name of the lead's company, ignoring case.
  await sql`create index accounts_organization_id_lower_name_idx
    on accounts (organization_id, lower(name)) where deleted_at is null`.execute(db);
}
