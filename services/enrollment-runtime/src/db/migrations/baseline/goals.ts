import { type Kysely, sql } from 'kysely';

/** Goals that enrollments met, and the contacts that are watched for goals. */
export async function createGoals(db: Kysely<unknown>): Promise<void> {
  await createMet(db);
  await createWatches(db);
}

async function createMet(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table goals_met (
      workflow_id bigint not null,
      enrollment_id bigint not null,
      met_at timestamptz not null,
      goal text not null,
      primary key (workflow_id, enrollment_id, goal)
    )`.execute(db);
}

/** The contacts whose events can meet goals. `contact_key` is half of the digest of a key. */
async function createWatches(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table goal_watches (
      organization_id bigint not null,
      contact_key bigint not null,
      workflow_id bigint not null,
      enrollment_id bigint not null,
      -- Null while the run lasts.
      expires_at timestamptz,
      primary key (organization_id, contact_key, enrollment_id)
    )`.execute(db);
  await sql`create index goal_watches_enrollment_id_idx on goal_watches (enrollment_id)`.execute(db);
  await sql`create index goal_watches_expires_at_idx on goal_watches (expires_at) where expires_at is not null`.execute(
    db,
  );
}
