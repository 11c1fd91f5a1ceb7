import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';
import { createRecordTable } from './record-table.ts';

/** Creates the tables of opportunities, and of the pipelines whose stages contain the opportunities. */
export async function createOpportunities(db: Kysely<unknown>): Promise<void> {
  await createPipelines(db);
  await createStages(db);
  await createPreferences(db);
  await createRecordTable(db, {
    name: 'opportunities',
    columns: sql`
      name text not null,
      status text not null constraint opportunities_status_check check (status in ('open', 'won', 'lost')),
      pipeline_id uuid not null constraint opportunities_pipeline_id_fkey references opportunity_pipelines (id),
      pipeline_stage_id uuid not null
        constraint opportunities_pipeline_stage_id_fkey references opportunity_pipeline_stages (id),
      stage_position bigint not null,
      amount_cents bigint,
      currency text,
      expected_close_at timestamptz(3),
      closed_at timestamptz(3),
      description text,
      account_id uuid constraint opportunities_account_id_fkey references accounts (id),
      contact_id uuid constraint opportunities_contact_id_fkey references contacts (id)`,
    searched: ['name', 'public_id'],
    lists: {
      name: 'name, id',
      amount_cents_order: 'coalesce(amount_cents, -9223372036854775808), id',
      expected_close_at_order: `coalesce(expected_close_at, '0001-01-01T00:00:00Z'), id`,
      stage_position: 'stage_position, id',
      status: 'status, created_at, id',
      pipeline_id: 'pipeline_id, created_at, id',
      account_id: 'account_id, created_at, id',
      contact_id: 'contact_id, created_at, id',
    },
  });
  await sql`create index opportunities_pipeline_stage_id_idx
    on opportunities (pipeline_stage_id, stage_position, id) where deleted_at is null`.execute(db);
  // An erasure also finds the contact's deleted opportunities.
  await sql`create index opportunities_organization_id_deleted_contact_id_idx on opportunities
    (organization_id, contact_id) where deleted_at is not null and contact_id is not null`.execute(db);
}

async function createPipelines(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table opportunity_pipelines (
      id uuid not null,
      organization_id bigint not null,
      user_id bigint,
      name text not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      deleted_at timestamptz(3),
      constraint opportunity_pipelines_pkey primary key (id)
    )`.execute(db);
  await sql`create index opportunity_pipelines_organization_id_idx
    on opportunity_pipelines (organization_id, created_at, id) where deleted_at is null`.execute(db);
  // With this index, two parallel first requests create only one default pipeline of the organization.
  await sql`create unique index opportunity_pipelines_organization_id_default_key
    on opportunity_pipelines (organization_id) where user_id is null`.execute(db);
  // The revision of a pipeline also covers its stages, although the stages have their own table.
  await addRevision(db, 'opportunity_pipelines');
}

async function createStages(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table opportunity_pipeline_stages (
      id uuid not null,
      organization_id bigint not null,
      pipeline_id uuid not null
        constraint opportunity_pipeline_stages_pipeline_id_fkey references opportunity_pipelines (id),
      name text not null,
      stage_type text not null
        constraint opportunity_pipeline_stages_stage_type_check check (stage_type in ('open', 'won', 'lost')),
      position integer not null,
      deleted_at timestamptz(3),
      constraint opportunity_pipeline_stages_pkey primary key (id)
    )`.execute(db);
  await sql`create index opportunity_pipeline_stages_pipeline_id_idx
    on opportunity_pipeline_stages (pipeline_id, position) where deleted_at is null`.execute(db);
}

async function createPreferences(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table opportunity_pipeline_preferences (
      organization_id bigint not null,
      user_id bigint not null,
      pipeline_id uuid not null
        constraint opportunity_pipeline_preferences_pipeline_id_fkey references opportunity_pipelines (id),
      constraint opportunity_pipeline_preferences_pkey primary key (organization_id, user_id)
    )`.execute(db);
  await sql`create index opportunity_pipeline_preferences_pipeline_id_idx
    on opportunity_pipeline_preferences (pipeline_id)`.execute(db);
}
