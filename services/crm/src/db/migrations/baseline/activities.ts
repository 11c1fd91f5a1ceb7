import { type Kysely, sql } from 'kysely';
import { createRecordTable } from './record-table.ts';

export async function createActivities(db: Kysely<unknown>): Promise<void> {
  await createRecordTable(db, {
    name: 'activities',
    columns: sql`
      kind text not null
        constraint activities_kind_check check (kind in ('call', 'email', 'meeting', 'note', 'task')),
      subject text,
      body text,
      due_at timestamptz(3),
      completed_at timestamptz(3),
      account_id uuid constraint activities_account_id_fkey references accounts (id),
      contact_id uuid constraint activities_contact_id_fkey references contacts (id),
      lead_id uuid constraint activities_lead_id_fkey references leads (id),
      opportunity_id uuid constraint activities_opportunity_id_fkey references opportunities (id)`,
    searched: ['subject', 'body'],
    lists: {
      due_at_order: `coalesce(due_at, '0001-01-01T00:00:00Z'), id`,
      kind: 'kind, created_at, id',
      account_id: 'account_id, created_at, id',
      contact_id: 'contact_id, created_at, id',
      lead_id: 'lead_id, created_at, id',
      opportunity_id: 'opportunity_id, created_at, id',
    },
  });
  await sql`create index activities_organization_id_done_idx on activities (organization_id, created_at, id)
    where completed_at is not null and deleted_at is null`.execute(db);
  await sql`create index activities_organization_id_open_idx on activities (organization_id, created_at, id)
    where completed_at is null and deleted_at is null`.execute(db);
  // An erasure also finds the person's deleted activities.
  await sql`create index activities_organization_id_deleted_contact_id_idx on activities
    (organization_id, contact_id) where deleted_at is not null and contact_id is not null`.execute(db);
  await sql`create index activities_organization_id_deleted_lead_id_idx on activities
    (organization_id, lead_id) where deleted_at is not null and lead_id is not null`.execute(db);
}
