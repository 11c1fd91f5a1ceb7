import { buildIndex } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export const withoutTransaction = true;

/**
 * Indexes for lists by name and by time of change, and for texts in names. The orders serve every filter: the index has the
 * columns of the filters too, so rows that do not match are passed without reading them. A rare status is looked up by its own
 * index and sorted.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createExtensions(db);
  for (const mode of ['live', 'test']) {
    for (const [name, key] of [
      ['updated_at', sql`updated_at`],
      // The position in a cursor stays short.
      ['name', sql`(lower(left(name, 100)) collate "C")`],
    ] as const) {
      await buildIndex(
        db,
        `workflows_${mode}_organization_id_${name}_id_idx`,
        sql`workflows (organization_id, ${key}, id) include (status, project_id)
          where deleted_at is null and mode = ${sql.lit(mode)}`,
      );
    }
  }
  await buildIndex(
    db,
    'workflows_organization_id_lower_name_idx',
    sql`workflows using gin (organization_id, lower(name) ${sql.raw(await trigramOperators(db))}) where deleted_at is null`,
  );
  // PostgreSQL keeps no statistics of expressions for partial indexes: without these every text is taken as rare.
  await sql`create statistics if not exists workflows_lower_name_stats on lower(name) from workflows`.execute(db);
  await sql`
    create statistics if not exists workflows_lower_name_start_stats on (lower(left(name, 100)) collate "C")
    from workflows`.execute(db);
}

/** Both extensions are trusted: a role that may create in the database makes them itself. Else an administrator did. */
async function createExtensions(db: Kysely<unknown>): Promise<void> {
  await sql`create extension if not exists pg_trgm with schema public`.execute(db);
  await sql`create extension if not exists btree_gin with schema public`.execute(db);
}

/** The name of pg_trgm's operator class: an administrator may have created the extension in another schema. */
async function trigramOperators(db: Kysely<unknown>): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(nspname) || '.gin_trgm_ops' as name
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm'`.execute(db);
  return rows[0]?.name ?? 'gin_trgm_ops';
}
