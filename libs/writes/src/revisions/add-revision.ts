import { type Kysely, sql } from 'kysely';

/**
 * Adds the column `revision` to a table, and the trigger that raises it with every update of a row, from any writer: an
 * RPC, a loop, an import, a process of the previous version. The ETag of the row is made from the revision. A write
 * that changes a column in `apart` does not count. These columns are for counts and notes, such as the time of the last
 * use.
 */
export async function addRevision(
  db: Kysely<unknown>,
  table: string,
  { apart = [] }: { apart?: readonly string[] } = {},
): Promise<void> {
  await sql`alter table ${sql.table(table)} add column revision bigint not null default 1`.execute(db);
  await sql`
    create or replace function raise_revision() returns trigger language plpgsql as $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger ${sql.ref(`${table}_raise_revision`)} before update on ${sql.table(table)}
    for each row ${countedOnly(apart)} execute function raise_revision()`.execute(db);
}

/**
 * Returns the condition under which an update counts: it changes the row, but no column in `apart`. An update that
 * changes nothing does not count, because it may have set a column in `apart` to its current value.
 */
function countedOnly(apart: readonly string[]) {
  if (apart.length === 0) return sql``;
  const kept = apart.map((column) => sql`new.${sql.ref(column)} is not distinct from old.${sql.ref(column)}`);
  // Compares bytes, because columns of type json have no equality.
  return sql`when (old *<> new and ${sql.join(kept, sql` and `)})`;
}
