import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/** Creates the tables for data sources, and for the files that were uploaded or downloaded for them. */
export async function createDataSources(db: Kysely<unknown>): Promise<void> {
  await createTable(db);
  await createFiles(db);
}

/** Columns that a run or the schedule writes. */
export const dataSourcesApart = [
  ...['next_run_at', 'schedule_paused_at', 'last_skipped_at', 'failures_in_a_row'],
  ...['columns', 'header_fingerprint', 'position', 'last_read'],
];

/**
 * Creates the table of data sources. `config` is sealed as a whole by the key in `data_key`. `shown_config` is the form
 * that people see. `columns` lists the columns found by the last reading, and `header_fingerprint` is the hash of
 * `columns`. `position` is where an incremental reading continues.
 */
async function createTable(db: Kysely<unknown>): Promise<void> {
  // The sequence is explicit, because the id is part of the context that seals the settings, and must be known before
  // the insert.
  await sql`create sequence data_sources_id_seq as bigint`.execute(db);
  await sql`
    create table data_sources (
      id bigint primary key default nextval('data_sources_id_seq'),
      organization_id bigint not null,
      mode text not null,
      name text not null,
      type text not null,
      config bytea not null,
      data_key bytea not null,
      shown_config text not null,
      mapping text not null,
      target text not null,
      dedupe_by text[] not null,
      write_mode text not null,
      existing text not null,
      blank text not null,
      deletions text not null,
      abort_if_failed_percent integer not null,
      schedule_frequency text,
      schedule_timezone text,
      next_run_at timestamptz,
      schedule_paused_at timestamptz,
      last_skipped_at timestamptz,
      failures_in_a_row integer not null default 0,
      columns text,
      header_fingerprint text,
      position text,
      last_read bigint,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz,
      constraint data_sources_mode_check check (mode in ('live', 'test'))
    ) with (fillfactor = 80)`.execute(db);
  // The index is separate for each mode, because a list shows the data sources of one mode and must not read those of
  // the other mode.
  for (const mode of ['live', 'test']) {
    await sql`
      create index ${sql.ref(`data_sources_${mode}_organization_id_id_idx`)} on data_sources (organization_id, id)
        where deleted_at is null and mode = ${sql.lit(mode)}`.execute(db);
  }
  // The index does not begin with the organization, because a loop looks for due data sources of all organizations.
  await sql`create index data_sources_next_run_at_idx on data_sources (next_run_at) where next_run_at is not null`.execute(
    db,
  );
  await sql`create index data_sources_fingerprint_idx on data_sources (organization_id, header_fingerprint)
    where deleted_at is null`.execute(db);
  await addRevision(db, 'data_sources', { apart: dataSourcesApart });
}

/** Creates the tables of files. Files are stored in UTF-8 and in parts, so that a reading can continue at any byte. */
async function createFiles(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table source_files (
      id uuid primary key,
      organization_id bigint not null,
      data_source_id bigint not null,
      run_id bigint,
      encoding text not null,
      warnings text[] not null,
      bytes bigint not null default 0,
      is_complete boolean not null default false,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index source_files_source_idx on source_files (organization_id, data_source_id)`.execute(db);
  // The index does not begin with the organization, because files are deleted by age.
  await sql`create index source_files_created_at_idx on source_files (created_at)`.execute(db);
  await sql`
    create table source_file_parts (
      file_id uuid not null references source_files (id) on delete cascade,
      part integer not null,
      organization_id bigint not null,
      content bytea not null,
      primary key (file_id, part)
    )`.execute(db);
}
