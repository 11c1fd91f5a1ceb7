import { createIdempotencyTable } from '@drippulse/db';
import { createOutboxTables } from '@drippulse/events';
import { type Kysely, type RawBuilder, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createOutboxTables(db);
  const operators = await trigramOperators(db);
  await createAccounts(db, operators);
  await createContacts(db, operators);
  await createLeads(db, operators);
  await createPipelines(db);
  await createOpportunities(db, operators);
  await createActivities(db, operators);
  await createChangeEvents(db);
}

/** Both extensions are trusted, so that a role which may create in the database makes them itself; else an admin did. */
async function trigramOperators(db: Kysely<unknown>): Promise<string> {
  await sql`create extension if not exists pg_trgm with schema public`.execute(db);
  await sql`create extension if not exists btree_gin with schema public`.execute(db);
  const { rows } = await sql<{ name: string }>`
    select quote_ident(nspname) || '.gin_trgm_ops' as name
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm'`.execute(db);
  return rows[0]?.name ?? 'gin_trgm_ops';
}

/**
 * The columns that every record has. `search` holds what `q` looks through, each value after a line break, so that the
 * beginning of a value can be matched. `custom` is json, not jsonb: numbers keep every digit.
 */
function recordTable(name: string, columns: RawBuilder<unknown>, searched: readonly string[]): RawBuilder<unknown> {
  const search = [...searched, 'public_id'].map((column) => `E'\\n' || coalesce(${column}, '')`).join(' || ');
  return sql`
    create table ${sql.table(name)} (
      id uuid not null,
      public_id text not null,
      organization_id bigint not null,
      sequence bigint not null,
      ${columns},
      owner_id bigint,
      external_system text,
      external_id text,
      custom json not null,
      search text generated always as (lower(${sql.raw(search)})) stored,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      deleted_at timestamptz(3),
      constraint ${sql.ref(`${name}_pkey`)} primary key (id)
    )`;
}

/** Lists are in the order of one column, then of the id; the indexes over the others serve filters. */
async function createRecordIndexes(
  db: Kysely<unknown>,
  table: string,
  operators: string,
  further: Readonly<Record<string, string>>,
): Promise<void> {
  // Not led by the organization: public ids are unique in the whole installation.
  await sql`create unique index ${sql.ref(`${table}_public_id_key`)} on ${sql.table(table)} (public_id)`.execute(db);
  await sql`create unique index ${sql.ref(`${table}_organization_id_external_key`)} on ${sql.table(table)}
    (organization_id, coalesce(external_system, ''), external_id)
    where external_id is not null and deleted_at is null`.execute(db);
  await sql`create index ${sql.ref(`${table}_organization_id_search_idx`)} on ${sql.table(table)}
    using gin (organization_id, search ${sql.raw(operators)}) where deleted_at is null`.execute(db);
  const ordered = {
    created_at: 'created_at, id',
    updated_at: 'updated_at, id',
    owner_id: 'owner_id, created_at, id',
    ...further,
  };
  for (const [name, columns] of Object.entries(ordered)) {
    await sql`create index ${sql.ref(`${table}_organization_id_${name}_idx`)} on ${sql.table(table)}
      (organization_id, ${sql.raw(columns)}) where deleted_at is null`.execute(db);
  }
}

async function createAccounts(db: Kysely<unknown>, operators: string): Promise<void> {
  const columns = sql`
    name text not null,
    domain text,
    website text,
    industry text,
    phone text,
    description text`;
  await recordTable('accounts', columns, ['name', 'domain']).execute(db);
  await createRecordIndexes(db, 'accounts', operators, { name: 'name, id', domain: 'lower(domain), created_at, id' });
}

async function createContacts(db: Kysely<unknown>, operators: string): Promise<void> {
  const columns = sql`
    email text,
    first_name text,
    last_name text,
    title text,
    phone text,
    account_id uuid constraint contacts_account_id_fkey references accounts (id)`;
  await recordTable('contacts', columns, ['email', 'first_name', 'last_name', 'phone']).execute(db);
  await createRecordIndexes(db, 'contacts', operators, {
    email: 'lower(email), created_at, id',
    email_order: `coalesce(email, ''), id`,
    last_name_order: `coalesce(last_name, ''), id`,
    account_id: 'account_id, created_at, id',
  });
}

async function createLeads(db: Kysely<unknown>, operators: string): Promise<void> {
  const columns = sql`
    email text,
    first_name text,
    last_name text,
    company_name text,
    title text,
    phone text,
    status text not null
      constraint leads_status_check check (status in ('new', 'working', 'qualified', 'unqualified', 'converted')),
    source text,
    score double precision`;
  await recordTable('leads', columns, ['email', 'first_name', 'last_name', 'company_name', 'phone']).execute(db);
  await createRecordIndexes(db, 'leads', operators, {
    email: 'lower(email), created_at, id',
    email_order: `coalesce(email, ''), id`,
    last_name_order: `coalesce(last_name, ''), id`,
    score_order: `coalesce(score, '-infinity'), id`,
    status: 'status, created_at, id',
    source: 'source, created_at, id',
  });
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
  // One default of the organization, whoever asks for it first.
  await sql`create unique index opportunity_pipelines_organization_id_default_key
    on opportunity_pipelines (organization_id) where user_id is null`.execute(db);
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

async function createOpportunities(db: Kysely<unknown>, operators: string): Promise<void> {
  const columns = sql`
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
    contact_id uuid constraint opportunities_contact_id_fkey references contacts (id)`;
  await recordTable('opportunities', columns, ['name']).execute(db);
  await createRecordIndexes(db, 'opportunities', operators, {
    name: 'name, id',
    amount_cents_order: 'coalesce(amount_cents, -9223372036854775808), id',
    expected_close_at_order: `coalesce(expected_close_at, '0001-01-01T00:00:00Z'), id`,
    stage_position: 'stage_position, id',
    status: 'status, created_at, id',
    pipeline_id: 'pipeline_id, created_at, id',
    account_id: 'account_id, created_at, id',
    contact_id: 'contact_id, created_at, id',
  });
  await sql`create index opportunities_pipeline_stage_id_idx
    on opportunities (pipeline_stage_id, stage_position, id) where deleted_at is null`.execute(db);
}

async function createActivities(db: Kysely<unknown>, operators: string): Promise<void> {
  const columns = sql`
    kind text not null
      constraint activities_kind_check check (kind in ('call', 'email', 'meeting', 'note', 'task')),
    subject text,
    body text,
    due_at timestamptz(3),
    completed_at timestamptz(3),
    account_id uuid constraint activities_account_id_fkey references accounts (id),
    contact_id uuid constraint activities_contact_id_fkey references contacts (id),
    lead_id uuid constraint activities_lead_id_fkey references leads (id),
    opportunity_id uuid constraint activities_opportunity_id_fkey references opportunities (id)`;
  await recordTable('activities', columns, ['subject', 'body']).execute(db);
  await createRecordIndexes(db, 'activities', operators, {
    due_at_order: `coalesce(due_at, '0001-01-01T00:00:00Z'), id`,
    kind: 'kind, created_at, id',
    account_id: 'account_id, created_at, id',
    contact_id: 'contact_id, created_at, id',
    lead_id: 'lead_id, created_at, id',
    opportunity_id: 'opportunity_id, created_at, id',
  });
}

/** Nobody changes what was written: the trigger holds for the owner of the table too. */
async function createChangeEvents(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table change_events (
      id bigint generated always as identity,
      organization_id bigint not null,
      record_type text not null,
      record_id uuid not null,
      record_public_id text not null,
      action text not null,
      actor_type text not null,
      actor_id text not null,
      changes json not null,
      request_id text,
      at timestamptz(3) not null,
      constraint change_events_pkey primary key (id)
    )`.execute(db);
  await sql`create index change_events_organization_id_id_idx on change_events (organization_id, id)`.execute(db);
  await sql`create index change_events_organization_id_record_type_idx
    on change_events (organization_id, record_type, id)`.execute(db);
  await sql`create index change_events_organization_id_record_id_idx
    on change_events (organization_id, record_id, id)`.execute(db);
  await sql`create index change_events_organization_id_record_public_id_idx
    on change_events (organization_id, record_public_id, id)`.execute(db);
  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception 'change_events is append-only' using errcode = 'insufficient_privilege';
      end
    $$`.execute(db);
  await sql`
    create trigger change_events_append_only before update or delete or truncate on change_events
    for each statement execute function refuse_change()`.execute(db);
}
