import { createEventTables } from '@drippulse/events';
import { addRevision, createIdempotencyTable } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createExtensions(db);
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createWorkflows(db);
  await createVersions(db);
  await createDeletedProjects(db);
}

/**
 * Creates the extensions. Both are trusted, so any role that may create objects in the database can create them. For a
 * role without this right, an administrator must have created them.
 */
async function createExtensions(db: Kysely<unknown>): Promise<void> {
  await sql`create extension if not exists pg_trgm with schema public`.execute(db);
  await sql`create extension if not exists btree_gin with schema public`.execute(db);
}

async function createWorkflows(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence workflows_change_seq as bigint`.execute(db);
  await sql`
    create table workflows (
      id bigint generated always as identity primary key,
      organization_id bigint not null,
      mode text not null,
      project_id bigint,
      name text not null,
      description text,
      status text not null,
      version integer not null,
      integrations json not null,
      sequence bigint not null,
      change bigint not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz,
      constraint workflows_mode_check check (mode in ('live', 'test')),
      constraint workflows_status_check check (status in ('draft', 'active', 'paused', 'archived'))
    )`.execute(db);
  await addRevision(db, 'workflows');
  // The index has no organization prefix, because services read the change log of all organizations.
  await sql`create unique index workflows_change_key on workflows (change)`.execute(db);
  // The index includes both modes for two queries: for the uses of a connection, and for the workflows of a project
  // that are counted or moved.
  await sql`
    create index workflows_organization_id_id_idx on workflows (organization_id, id) where deleted_at is null`.execute(
    db,
  );
  await sql`
    create index workflows_organization_id_project_id_id_idx on workflows (organization_id, project_id, id)
    where deleted_at is null`.execute(db);
  for (const mode of ['live', 'test']) await createListIndexes(db, mode);
  await createNameSearch(db);
}

/**
 * Creates the indexes of lists. A list shows one mode and must not read rows of the other mode, so each mode has its
 * own indexes. The planner would not use an index with the mode as a prefix, because such an index is larger than one
 * without it.
 */
async function createListIndexes(db: Kysely<unknown>, mode: string): Promise<void> {
  // There is one index for each combination of filters. Each index ends with the id, by which the list is ordered.
  for (const filters of [[], ['status'], ['project_id'], ['project_id', 'status']]) {
    const key = ['organization_id', ...filters, 'id'];
    await sql`
      create index ${sql.ref(`workflows_${mode}_${key.join('_')}_idx`)}
        on workflows (${sql.join(key.map((column) => sql.ref(column)))})
        where deleted_at is null and mode = ${sql.lit(mode)}`.execute(db);
  }
  // For each additional sort order, one index serves every filter. The index also contains the filtered columns, so
  // that rows that do not match are skipped without being read. A rare status is looked up in its own index, and the
  // rows found are then sorted.
  for (const [name, key] of [
    ['updated_at', sql`updated_at`],
    // The name is shortened, so that the position in a cursor stays short.
    ['name', sql`(lower(left(name, 100)) collate "C")`],
  ] as const) {
    await sql`
      create index ${sql.ref(`workflows_${mode}_organization_id_${name}_id_idx`)}
        on workflows (organization_id, ${key}, id) include (status, project_id)
        where deleted_at is null and mode = ${sql.lit(mode)}`.execute(db);
  }
}

/** Creates the index for the search in names. */
async function createNameSearch(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index workflows_organization_id_lower_name_idx
    on workflows using gin (organization_id, lower(name) ${sql.raw(await trigramOperators(db))})
    where deleted_at is null`.execute(db);
  // PostgreSQL keeps no statistics of expressions for partial indexes. Without these statistics, it estimates that
  // every text is rare.
  await sql`create statistics workflows_lower_name_stats on lower(name) from workflows`.execute(db);
  await sql`
    create statistics workflows_lower_name_start_stats on (lower(left(name, 100)) collate "C") from workflows`.execute(
    db,
  );
}

/**
 * Returns the name of pg_trgm's operator class. An administrator may have created the extension in a different schema.
 */
async function trigramOperators(db: Kysely<unknown>): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(nspname) || '.gin_trgm_ops' as name
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm'`.execute(db);
  return rows[0]?.name ?? 'gin_trgm_ops';
}

/**
 * Creates the table of versions, which has the steps of workflows. They are not in the table of workflows, so that
 * lists of ids and counts read narrow rows and a version is written once.
 */
async function createVersions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table workflow_versions (
      workflow_id bigint not null,
      version integer not null,
      -- The masked form that people see.
      -- json, not jsonb: numbers keep every digit, and 1e131071 stays as short as it is.
      steps json not null,
      -- A box with the texts that people do not see; null without any.
      sealed bytea,
      -- The members beside the steps that are part of a version, as JSON text: those that differ from their default.
      settings text not null,
      -- A list of versions reads no steps.
      step_count integer not null,
      -- Who made the version.
      actor_type text not null,
      actor_id text not null,
      created_at timestamptz not null,
      constraint workflow_versions_pkey primary key (workflow_id, version),
      constraint workflow_versions_workflow_id_fkey foreign key (workflow_id) references workflows (id)
    )`.execute(db);
}

/**
 * Creates the table of projects that are deleted or being deleted, so that no workflow is put into one. Each such
 * project has one row, which is kept indefinitely.
 */
async function createDeletedProjects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table deleted_projects (
      organization_id bigint not null,
      project_id bigint not null,
      reassigned_to bigint,
      deleted_at timestamptz not null default now(),
      primary key (organization_id, project_id)
    )`.execute(db);
}
