import { type Kysely, sql } from 'kysely';

/**
 * `pushed_entitlements` is what an organization may use, as it is pushed to the services that count. `content` is JSON; `sequence` rises with each change of it. A
 * row of `pushes` is due while the service has not confirmed that sequence. Both stay as long as the organization. `thresholds` are the
 * shares of limits that were reported, so that each is reported once in its period; they go after 400 days.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table pushed_entitlements (
      organization_id bigint primary key,
      sequence bigint not null,
      content json not null
    )`.execute(db);
  await sql`
    create table pushes (
      organization_id bigint not null,
      service text not null,
      wanted_sequence bigint not null,
      pushed_sequence bigint not null default 0,
      failures integer not null default 0,
      due_at timestamptz not null,
      primary key (organization_id, service)
    )`.execute(db);
  await sql`create index pushes_due_at_idx on pushes (due_at) where pushed_sequence < wanted_sequence`.execute(db);
  await sql`
    create table thresholds (
      organization_id bigint not null,
      meter text not null,
      period_start timestamptz not null,
      threshold integer not null,
      reached_at timestamptz not null,
      primary key (organization_id, meter, period_start, threshold)
    )`.execute(db);
  await sql`create index thresholds_reached_at_idx on thresholds (reached_at)`.execute(db);
}
