import { createMailsTable } from '@drippulse/mail';
import { createSuspensionsTable } from '@drippulse/service';
import { type Kysely, sql } from 'kysely';

/**
 * Schedules of reports, and the mails that they send. `schedule` is that of the report, `next_run_at` its next tick, and `failures` counts the
 * reports of its ticks that failed one after the other. A report that a tick made names the report with the schedule and the tick.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createMailsTable(db);
  await createSuspensionsTable(db);
  await sql`
    alter table reports
      add column schedule json,
      add column next_run_at timestamptz,
      add column scheduled_by bigint,
      add column tick_at timestamptz`.execute(db);
  // One report a tick.
  await sql`
    create unique index reports_organization_id_scheduled_by_tick_at_key
    on reports (organization_id, scheduled_by, tick_at) where scheduled_by is not null`.execute(db);
  // Not led by the organization, because a loop looks for the ticks of all organizations.
  await sql`create index reports_next_run_at_idx on reports (next_run_at) where next_run_at is not null`.execute(db);
  await sql`
    create index reports_scheduled_idx on reports (organization_id) where schedule is not null`.execute(db);
}
