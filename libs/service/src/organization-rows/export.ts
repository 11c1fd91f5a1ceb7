import { DomainError } from '@drippulse/errors';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type CatalogTable, readCatalog } from './catalog.ts';
import { isOf } from './condition.ts';
import type { OrganizationTable } from './tables.ts';

const mostRows = 200;
/** Number of rows to read for the first page, when the size of the rows is not yet known. */
const firstRows = 16;
/** Size of a page in bytes. The row that reaches it ends the page, so a page exceeds it by at most one row. */
const pageBytes = 1024 * 1024;

/** Returns the tables of an export, by name. */
export async function exportedTables<DB>(
  db: Kysely<DB>,
  declared: Readonly<Record<string, OrganizationTable>>,
): Promise<CatalogTable[]> {
  const tables = await readCatalog(db, declared);
  return tables.filter(({ isExported }) => isExported).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Yields the rows of a table as lines of JSON, page by page in the order of a unique key. Each page is a statement of
 * its own, so that no transaction lasts as long as the reader.
 */
export async function* exportRows<DB>(
  db: Kysely<DB>,
  declared: Readonly<Record<string, OrganizationTable>>,
  { organizationId, table: name, signal }: { organizationId: bigint; table: string; signal: AbortSignal },
): AsyncGenerator<string> {
  const tables = await exportedTables(db, declared);
  const table = tables.find((other) => other.name === name);
  if (table === undefined)
    throw new DomainError('not_found', 'organization_table_not_found', 'There is no such table.');
  const own = isOf(table, organizationId, { ...declared });
  const hidden = new Set([...table.bytes.filter((column) => !table.shown.includes(column)), ...table.hidden]);
  const shown = (await columnsOf(db, name)).filter((column) => !hidden.has(column));
  const key = await uniqueKeyOf(db, name);
  const refs = sql.join(key.map(({ column }) => sql.ref(`t.${column}`)));
  const texts = sql.join(key.map(({ column }) => sql`${sql.ref(`t.${column}`)}::text`));
  let most = firstRows;
  for (let after: string[] | undefined; !signal.aborted; ) {
    const further: RawBuilder<unknown> =
      after === undefined
        ? sql``
        : sql`and (${refs}) > (${sql.join(after.map((text, index) => sql`${text}::${sql.raw(key[index]?.type ?? 'text')}`))})`;
    const { rows } = await sql<{ line: string; key: string[]; found: number }>`
      with page as materialized (
        select row_number() over (order by ${refs}) as place, array[${texts}] as key,
          (select row_to_json(shown) from (select ${sql.join(shown.map((column) => sql.ref(`t.${column}`)))}) as shown)::text as line
        from ${sql.table(name)} as t where ${own} ${further} order by ${refs} limit ${most}
      )
      select line, key, found from (
        select *, count(*) over ()::int as found, sum(octet_length(line)) over (order by place) - octet_length(line) as before
        from page) as sized
      where before < ${pageBytes} order by place`.execute(db);
    if (rows.length > 0) yield `${rows.map(({ line }) => line).join('\n')}\n`;
    const found = rows[0]?.found ?? 0;
    if (found < most && rows.length === found) return;
    after = rows.at(-1)?.key;
    // Rows beyond the end of the page are read again for the next page. The next read is therefore limited to the
    // number of rows that fitted.
    most = rows.length < found ? Math.max(1, rows.length) : Math.min(2 * most, mostRows);
  }
}

/**
 * Returns the columns of a table. Columns are selected by name, because a row as jsonb would round the numbers of its
 * JSON, and refuse the largest numbers.
 */
async function columnsOf<DB>(db: Kysely<DB>, name: string): Promise<string[]> {
  const { rows } = await sql<{ column: string }>`
    select attname::text as column from pg_attribute
    where attrelid = ${name}::regclass and attnum > 0 and not attisdropped order by attnum`.execute(db);
  return rows.map(({ column }) => column);
}

type KeyColumn = { column: string; type: string };

/** Finds the columns of a unique key without nulls: a key that begins with the organization, else the primary key. */
async function uniqueKeyOf<DB>(db: Kysely<DB>, name: string): Promise<KeyColumn[]> {
  const { rows } = await sql<{ columns: string[]; types: string[] }>`
    select array(select a.attname::text ${columnsOfKey}) as columns,
      array(select format_type(a.atttypid, a.atttypmod) ${columnsOfKey}) as types
    from pg_index i
    where i.indrelid = ${name}::regclass and i.indisunique and i.indpred is null and i.indexprs is null
      and not exists (select from unnest(i.indkey::int2[]) as k (attnum)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where not a.attnotnull)
    order by (select a.attname = 'organization_id' from pg_attribute a
      where a.attrelid = i.indrelid and a.attnum = i.indkey[0]) desc, i.indisprimary desc, i.indexrelid
    limit 1`.execute(db);
  const [first] = rows;
  if (first === undefined) throw new Error(`${name} has no unique key to export it by`);
  return first.columns.map((column, index) => ({ column, type: first.types[index] ?? 'text' }));
}

const columnsOfKey = sql`from unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum order by k.place`;
