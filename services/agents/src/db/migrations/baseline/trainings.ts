import { type Kysely, sql } from 'kysely';

/** Creates the tables for trainings. A training is a job that makes a model for a scorer. */
export async function createTrainings(db: Kysely<unknown>): Promise<void> {
  await createTable(db);
  await createRows(db);
  await createModels(db);
}

async function createTable(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table trainings (
      id bigint primary key references jobs (id) on delete cascade,
      organization_id bigint not null,
      agent_id bigint not null references agents (id) on delete cascade,
      mode text not null,
      subject text not null,
      created_at timestamptz not null,
      constraint trainings_mode_check check (mode in ('live', 'test')),
      constraint trainings_subject_check check (subject in ('leads', 'opportunities'))
    )`.execute(db);
  await sql`create index trainings_organization_id_agent_id_id_idx on trainings (organization_id, agent_id, id)`.execute(
    db,
  );
  await sql`create index trainings_agent_id_idx on trainings (agent_id)`.execute(db);
}

/**
 * Creates the table of the records that a training reads. They are deleted when the training's job ends. `people`
 * contains the record ids and email addresses by which an erasure finds the rows of a person.
 */
async function createRows(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table training_rows (
      training_id bigint not null references jobs (id) on delete cascade,
      record_id uuid not null,
      organization_id bigint not null,
      created_at timestamptz not null,
      won boolean not null,
      fields text not null,
      people text[] not null,
      primary key (training_id, record_id)
    )`.execute(db);
  await sql`create index training_rows_organization_id_idx on training_rows (organization_id)`.execute(db);
  await sql`create index training_rows_order_idx on training_rows (training_id, created_at, record_id)`.execute(db);
}

async function createModels(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table models (
      organization_id bigint not null,
      agent_id bigint not null references agents (id) on delete cascade,
      version integer not null,
      training_id bigint not null,
      configuration text not null,
      report text not null,
      created_at timestamptz not null,
      primary key (organization_id, agent_id, version)
    )`.execute(db);
  await sql`create index models_agent_id_idx on models (agent_id)`.execute(db);
  await sql`create index models_training_id_idx on models (training_id)`.execute(db);
}
