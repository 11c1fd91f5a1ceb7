import { addRevision } from '@drippulse/writes';
import { type Kysely, type RawBuilder, sql } from 'kysely';

/** A table of records: its own columns, the columns that `q` searches, and the indexes for its lists, by name. */
type RecordTable = {
  name: string;
  columns: RawBuilder<unknown>;
  searched: readonly string[];
  /**
   * Columns with the names of a person, in which `q` also searches for several words. They are not among `searched`.
   */
  names?: readonly string[];
  /** Columns that each index has after the organization, keyed by the variable part of the index's name. */
  lists: Readonly<Record<string, string>>;
};

/** Creates a table of records with the common columns, the indexes for its lists, and its revision. */
export async function createRecordTable(db: Kysely<unknown>, table: RecordTable): Promise<void> {
  await createTable(db, table);
  await createKeys(db, table.name);
  await createSearchIndexes(db, table);
  await createListIndexes(db, table);
  await addRevision(db, table.name);
}

/** Creates the table itself. `custom` is json, not jsonb, because jsonb rounds numbers. */
async function createTable(db: Kysely<unknown>, { name, columns, searched, names }: RecordTable): Promise<void> {
  await sql`
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
      search ${searchText(searched)},
      ${names ? sql`names ${searchText(names)},` : sql``}
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      deleted_at timestamptz(3),
      constraint ${sql.ref(`${name}_pkey`)} primary key (id)
    )`.execute(db);
}

/**
 * Returns the definition of the generated column that `q` searches. It contains several values in lower case. Capital
 * letters mark the structure: `XX` comes before each value and `Q` replaces each space. The marks are letters, so the
 * trigrams of a phrase are found only if its words follow each other. With spaces, every record that has the words
 * anywhere would be read and then rejected.
 */
function searchText(columns: readonly string[]): RawBuilder<unknown> {
  const values = columns.map((column) => sql`'XX' || replace(lower(coalesce(${sql.ref(column)}, '')), ' ', 'Q')`);
  return sql`text not null generated always as (${sql.join(values, sql` || `)}) stored`;
}

async function createKeys(db: Kysely<unknown>, name: string): Promise<void> {
  // The index has no organization prefix, because a public id is unique in the whole installation.
  await sql`create unique index ${sql.ref(`${name}_public_id_key`)} on ${sql.table(name)} (public_id)`.execute(db);
  await sql`create unique index ${sql.ref(`${name}_organization_id_external_key`)} on ${sql.table(name)}
    (organization_id, coalesce(external_system, ''), external_id)
    where external_id is not null and deleted_at is null`.execute(db);
}

async function createSearchIndexes(db: Kysely<unknown>, { name, searched, names }: RecordTable): Promise<void> {
  const operators = sql.raw(await trigramOperators(db));
  await sql`create index ${sql.ref(`${name}_organization_id_search_idx`)} on ${sql.table(name)}
    using gin (organization_id, search ${operators}${names ? sql`, names ${operators}` : sql``})
    where deleted_at is null`.execute(db);
  if (searched.includes('public_id')) return;
  await sql`create index ${sql.ref(`${name}_organization_id_lower_public_id_idx`)} on ${sql.table(name)}
    (organization_id, lower(public_id) text_pattern_ops) where deleted_at is null`.execute(db);
  // PostgreSQL keeps no statistics of expressions for partial indexes. Without these statistics, it estimates every
  // prefix as rare.
  await sql`create statistics ${sql.ref(`${name}_lower_public_id_stats`)} on lower(public_id)
    from ${sql.table(name)}`.execute(db);
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
 * Creates the indexes for lists. A list is ordered by one column, then by the id. The remaining indexes serve filters,
 * newest first.
 */
async function createListIndexes(db: Kysely<unknown>, { name, lists }: RecordTable): Promise<void> {
  const all = {
    created_at: 'created_at, id',
    updated_at: 'updated_at, id',
    owner_id: 'owner_id, created_at, id',
    ...lists,
  };
  for (const [list, columns] of Object.entries(all)) {
    await sql`create index ${sql.ref(`${name}_organization_id_${list}_idx`)} on ${sql.table(name)}
      (organization_id, ${sql.raw(columns)}) where deleted_at is null`.execute(db);
  }
  await sql`create index ${sql.ref(`${name}_organization_id_external_system_idx`)} on ${sql.table(name)}
    (organization_id, external_system, created_at, id)
    where external_system is not null and deleted_at is null`.execute(db);
}
