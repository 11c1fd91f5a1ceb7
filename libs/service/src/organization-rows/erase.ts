import { type Kysely, sql } from 'kysely';
import { type CatalogTable, readCatalog } from './catalog.ts';
import { isOf } from './condition.ts';
import type { OrganizationTable } from './tables.ts';

const sliceRows = 1_000;
const rowsAtOnce = 5_000;

/**
 * Erases up to a few thousand rows of an organization, at most 1,000 in each transaction, so that nothing waits long
 * for a transaction's locks. `isDone` means that every table was checked and has no such rows any more.
 */
export async function eraseRows<DB>(
  db: Kysely<DB>,
  declared: Readonly<Record<string, OrganizationTable>>,
  organizationId: bigint,
): Promise<{ erased: bigint; isDone: boolean }> {
  const tables = await readCatalog(db, declared);
  const byName = Object.fromEntries(tables.map((table) => [table.name, table]));
  let erased = 0;
  for (const table of tables) {
    if (table.owner === undefined || table.kept !== undefined) continue;
    const own = isOf(table, organizationId, byName);
    if (table.ownReferences.length > 0) await clearOwnReferences(db, table, own);
    for (const leaf of await leavesOf(db, table)) {
      for (let count = sliceRows; count === sliceRows; ) {
        if (erased >= rowsAtOnce) return { erased: BigInt(erased), isDone: false };
        count = await eraseSlice(db, { table, leaf, own, organizationId });
        erased += count;
      }
    }
  }
  return { erased: BigInt(erased), isDone: erased === 0 };
}

async function eraseSlice<DB>(
  db: Kysely<DB>,
  o: { table: CatalogTable; leaf: string; own: ReturnType<typeof isOf>; organizationId: bigint },
): Promise<number> {
  const { table, leaf, own, organizationId } = o;
  if (table.eraseBy !== undefined) {
    const { rows } = await sql<{ erased: bigint }>`
      select ${sql.id(table.eraseBy)}(${organizationId}, ${sliceRows}) as erased`.execute(db);
    return Number(rows[0]?.erased ?? 0n);
  }
  const { numAffectedRows = 0n } = await sql`
    delete from ${sql.table(leaf)} where ctid = any (array(
      select t.ctid from ${sql.table(leaf)} as t where ${own} limit ${sliceRows}))`.execute(db);
  return Number(numAffectedRows);
}

/**
 * Clears references between rows of one table. Otherwise rows that refer to each other could only be deleted in one
 * statement.
 */
async function clearOwnReferences<DB>(
  db: Kysely<DB>,
  { name, ownReferences }: CatalogTable,
  own: ReturnType<typeof isOf>,
): Promise<void> {
  for (const column of ownReferences) {
    for (let count = sliceRows; count === sliceRows; ) {
      const { numAffectedRows = 0n } = await sql`
        update ${sql.table(name)} set ${sql.ref(column)} = null where ctid = any (array(
          select t.ctid from ${sql.table(name)} as t
          where ${own} and ${sql.ref(`t.${column}`)} is not null limit ${sliceRows}))`.execute(db);
      count = Number(numAffectedRows);
    }
  }
}

/**
 * Returns the tables that contain the rows: the partitions, or the table itself. A ctid is valid only within one of
 * them.
 */
async function leavesOf<DB>(db: Kysely<DB>, { name }: CatalogTable): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname::text as name from pg_partition_tree(${name}::regclass) as tree join pg_class c on c.oid = tree.relid
    where tree.isleaf`.execute(db);
  return rows.length === 0 ? [name] : rows.map((row) => row.name);
}
