import type pg from 'pg';

type Column = { table_schema: string; table_name: string; column_name: string; data_type: string };

/**
 * Finds the places of texts in a database, as `schema.table.column: text`. Every column of every table that can contain
 * text is searched, in any letter case, including new tables. Columns in `except`, as `schema.table.column`, are
 * skipped.
 */
export async function findTexts(
  client: Pick<pg.Client, 'query'>,
  texts: readonly string[],
  except: readonly string[] = [],
): Promise<string[]> {
  const { rows: columns } = await client.query<Column>(`
    select table_schema, table_name, column_name, data_type from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema')
      and data_type in ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')
    order by 1, 2, 3`);
  const found: string[] = [];
  for (const column of columns) {
    const name = `${column.table_schema}.${column.table_name}.${column.column_name}`;
    if (except.includes(name)) continue;
    for (const text of texts) if (await contains(client, column, text)) found.push(`${name}: ${text}`);
  }
  return found;
}

async function contains(client: Pick<pg.Client, 'query'>, column: Column, text: string): Promise<boolean> {
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const value = quote(column.column_name);
  // Bytes are searched as ASCII, because a protobuf message contains its strings unchanged.
  const plain = column.data_type === 'bytea' ? `encode(${value}, 'escape')` : `${value}::text`;
  const { rows } = await client.query(
    `select 1 from ${quote(column.table_schema)}.${quote(column.table_name)}
     where strpos(lower(${plain}), lower($1)) > 0 limit 1`,
    [text],
  );
  return rows.length > 0;
}
