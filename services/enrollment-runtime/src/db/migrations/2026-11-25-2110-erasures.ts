import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table enrollments add column erased_at timestamptz`.execute(db);
  // An erasure goes through the workflows of an organization, one after the other.
  await sql`create index lanes_organization_id_workflow_id_idx on lanes (organization_id, workflow_id)`.execute(db);
  // Records of the CRM that were erased, by id alone: an event of them that comes late starts nothing.
  await sql`
    create table erased_records (
      organization_id bigint not null,
      record_id uuid not null,
      erased_at timestamptz not null,
      constraint erased_records_pkey primary key (organization_id, record_id)
    )`.execute(db);
  await keepWhatIsBlanked(db);
}

/** A line or a request that is emptied while its partition is copied must not be copied as it was. */
async function keepWhatIsBlanked(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function keep_timeline() returns trigger language plpgsql as $$
      begin
        execute format('insert into %I.%I select ($1).* on conflict (enrollment_id, sequence) do update set
            message = excluded.message, error = excluded.error, output = excluded.output',
          tg_table_schema, tg_argv[0]) using new;
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $$`.execute(db);
  await sql`
    create or replace function keep_effects() returns trigger language plpgsql as $$
      begin
        execute format('insert into %I.%I select ($1).* on conflict (enrollment_id, effect_key) do update set
            attempt = excluded.attempt, status = excluded.status, result = excluded.result,
            finished_at = excluded.finished_at, request = excluded.request',
          tg_table_schema, tg_argv[0]) using new;
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $$`.execute(db);
}
