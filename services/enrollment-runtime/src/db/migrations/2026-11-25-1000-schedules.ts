import { type Kysely, sql } from 'kysely';

/** One row for each active workflow whose trigger is a schedule. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table schedules (
      workflow_id bigint primary key,
      organization_id bigint not null,
      next_tick_at timestamptz not null,
      frequency text not null,
      timezone text not null
    )`.execute(db);
  await sql`create index schedules_next_tick_at_idx on schedules (next_tick_at)`.execute(db);
}
