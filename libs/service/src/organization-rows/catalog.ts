import { type Kysely, sql } from 'kysely';
import { commonTables, type OrganizationTable } from './tables.ts';

/** A table of the schema, as found in the database. */
export type CatalogTable = OrganizationTable & {
  name: string;
  /** The other tables to which rows of this table refer. */
  parents: readonly string[];
  /** Columns that refer to rows of the same table. */
  ownReferences: readonly string[];
  /** Columns of type bytea. */
  bytes: readonly string[];
};

/**
 * Reads the declared tables that exist. A table comes before the tables to which it refers. A process of the previous
 * version may declare fewer tables than exist; undeclared tables are not touched.
 */
export async function readCatalog<DB>(
  db: Kysely<DB>,
  declared: Readonly<Record<string, OrganizationTable>>,
): Promise<CatalogTable[]> {
  const { rows } = await sql<{ name: string; parents: string[]; own_references: string[]; bytes: string[] }>`
    select c.relname::text as name,
      array(select distinct p.relname::text from pg_constraint f join pg_class p on p.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as parents,
      array(select a.attname::text from pg_constraint f join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid = c.oid) as own_references,
      array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and a.atttypid = 'bytea'::regtype) as bytes
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname`.execute(db);
  const all = { ...commonTables, ...declared };
  const tables = rows.flatMap(({ name, own_references: ownReferences, ...row }) => {
    const table = all[name];
    return table === undefined ? [] : [{ ...table, ...row, name, ownReferences }];
  });
  return childrenFirst(tables);
}

function childrenFirst(tables: readonly CatalogTable[]): CatalogTable[] {
  const ordered: CatalogTable[] = [];
  const left = new Set(tables);
  while (left.size > 0) {
    const referred = new Set([...left].flatMap(({ parents, owner }) => [...parents, owner?.table]));
    const next = [...left].find(({ name }) => !referred.has(name));
    if (next === undefined) throw new Error(`these tables refer to each other: ${[...left].map(({ name }) => name)}`);
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
}
