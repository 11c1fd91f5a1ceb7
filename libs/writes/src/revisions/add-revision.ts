import { type Kysely, sql } from 'kysely';

/**
 * Adds the column `revision` to a table, and the trigger that raises it with every update of a row, by any writer: an
 * RPC, a loop, an import, a process of the previous version. The ETag of the row is made from the revision. An update
 * that changes only columns in `apart` does not raise the revision; these columns are for counts and notes, such as the
 * time of the last use.
 */
export async function addRevision(
  db: Kysely<unknown>,
  table: string,
  { apart = [] }: { apart?: readonly string[] } = {},
): Promise<void> {
  await sql`alter table ${sql.table(table)} add column revision bigint not null default 1`.execute(db);
  if (apart.length > 0) return setApart(db, table, { apart });
  await sql`
    create or replace function raise_revision() returns trigger language plpgsql as $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$`.execute(db);
  await setTrigger(db, table, 'raise_revision');
}

/**
 * Sets the columns of a table whose changes do not raise the revision. An update raises it if any other column changes,
 * even a column that a later migration adds. An update that changes nothing does not raise it either, because it may
 * have set a column in `apart` to its current value.
 */
export async function setApart(
  db: Kysely<unknown>,
  table: string,
  { apart }: { apart: readonly string[] },
): Promise<void> {
  const raise = `raise_${table}_revision`;
  const unchanged = [...apart, 'revision'].map((column) => sql`counted.${sql.ref(column)} := old.${sql.ref(column)};`);
  // Compares bytes, because columns of type json have no equality.
  await sql`
    create or replace function ${sql.ref(raise)}() returns trigger language plpgsql as $$
    declare
      counted ${sql.table(table)}%rowtype := new;
    begin
      ${sql.join(unchanged, sql` `)}
      new.revision := old.revision + case when counted *<> old then 1 else 0 end;
      return new;
    end $$`.execute(db);
  await setTrigger(db, table, raise);
}

async function setTrigger(db: Kysely<unknown>, table: string, raise: string): Promise<void> {
  await sql`
    create or replace trigger ${sql.ref(`${table}_raise_revision`)} before update on ${sql.table(table)}
    for each row execute function ${sql.ref(raise)}()`.execute(db);
}
