import { createUsageTables } from '@drippulse/entitlements';
import { type Kysely, sql } from 'kysely';

/** Usage and limits of organizations, and contacts that wait for a quota in one line for each organization. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createUsageTables(db);
  // Those who waited too long are listed for a while.
  await sql`alter table held_entries add column status text not null default 'waiting'
    constraint held_entries_status_check check (status in ('waiting', 'expired'))`.execute(db);
  await sql`create index held_entries_organization_id_id_idx on held_entries (organization_id, id)`.execute(db);
  await sql`create index held_entries_expires_at_idx on held_entries (expires_at)`.execute(db);
  // When the first in line of an organization is looked at again: one row to change when its limit rises.
  await sql`
    create table held_lines (
      organization_id bigint primary key,
      retry_at timestamptz not null
    )`.execute(db);
  await sql`create index held_lines_retry_at_idx on held_lines (retry_at)`.execute(db);
  await sql`
    insert into held_lines (organization_id, retry_at)
    select organization_id, min(retry_at) from held_entries group by organization_id`.execute(db);
}
