import { type Kysely, sql } from 'kysely';

/** Creates the tables for the entitlements of organizations, and for their pushes. */
export async function createEntitlements(db: Kysely<unknown>): Promise<void> {
  await createPushes(db);
  await createThresholds(db);
}

/**
 * Creates the tables of pushes. `pushed_entitlements` has the content that is pushed to the services that count usage.
 * `content` is JSON, and `sequence` rises with each change of the content. A row of `pushes` is due while the service
 * has not confirmed that sequence. Rows of both tables stay as long as the organization.
 */
async function createPushes(db: Kysely<unknown>): Promise<void> {
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
  // The index does not begin with the organization, because a loop looks for the due pushes of all organizations.
  await sql`create index pushes_due_at_idx on pushes (due_at) where pushed_sequence < wanted_sequence`.execute(db);
}

/**
 * Creates the table of the thresholds that usage has reached and that were reported. Each threshold is reported once in
 * its period. Rows are deleted after 400 days.
 */
async function createThresholds(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table thresholds (
      organization_id bigint not null,
      meter text not null,
      period_start timestamptz not null,
      threshold integer not null,
      reached_at timestamptz not null,
      primary key (organization_id, meter, period_start, threshold)
    )`.execute(db);
  // The index does not begin with the organization, because thresholds are deleted by age.
  await sql`create index thresholds_reached_at_idx on thresholds (reached_at)`.execute(db);
}
