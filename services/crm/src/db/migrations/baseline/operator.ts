import { type Kysely, sql } from 'kysely';

/** Creates the tables of the Operator's plans, and of the log of its actions. */
export async function createOperator(db: Kysely<unknown>): Promise<void> {
  await createPlans(db);
  await createLog(db);
}

async function createPlans(db: Kysely<unknown>): Promise<void> {
  // An operation contains everything that its execution needs. A plan therefore does what was previewed, even if a
  // different version of the service applies it.
  await sql`
    create table operator_plans (
      organization_id bigint not null,
      id uuid not null,
      mode text not null,
      goal text not null,
      answers json not null,
      operations json not null,
      status text not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      applied_at timestamptz(3),
      constraint operator_plans_pkey primary key (organization_id, id)
    )`.execute(db);
  // The index has no organization prefix, because plans are deleted by age.
  await sql`create index operator_plans_created_at_idx on operator_plans (created_at)`.execute(db);
}

async function createLog(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table operator_activities (
      id bigint not null generated always as identity,
      organization_id bigint not null,
      mode text not null,
      kind text not null,
      name text not null,
      actor_type text not null,
      actor_id text not null,
      plan_id uuid,
      goal text,
      workflow_id bigint,
      lead_form_id bigint,
      created_at timestamptz(3) not null,
      constraint operator_activities_pkey primary key (organization_id, id)
    )`.execute(db);
  await sql`create index operator_activities_organization_id_mode_id_idx
    on operator_activities (organization_id, mode, id desc)`.execute(db);
  // The index has no organization prefix, because lines are deleted by age.
  await sql`create index operator_activities_created_at_idx on operator_activities (created_at)`.execute(db);
}
