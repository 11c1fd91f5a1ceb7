import pg from 'pg';

/**
 * Lists the columns, constraints, indexes, triggers, functions and views of a schema, as sorted lines. Partitions are
 * left out.
 */
export async function describeSchema(url: string, schema: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(statement, [schema]);
    return rows.map(({ line }) => line).sort();
  } finally {
    await client.end();
  }
}

// Partitions are left out, because they depend on the days and ids of each database.
const statement = `
  with relations as (
    select c.oid, c.relname, c.relkind from pg_class c
    where c.relnamespace = $1::regnamespace and not c.relispartition
  )
  select 'column ' || r.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || case when a.attnotnull then ' not null' else '' end
    || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || a.attidentity::text || a.attgenerated::text || coalesce(' statistics ' || nullif(a.attstattarget, -1), '') as line
  from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'v')
  union all
  select 'constraint ' || r.relname || ' ' || con.conname || ' ' || pg_get_constraintdef(con.oid)
  from relations r join pg_constraint con on con.conrelid = r.oid where con.contype <> 'n'
  union all
  select 'index ' || pg_get_indexdef(i.indexrelid)
  from relations r join pg_index i on i.indrelid = r.oid
  union all
  select 'trigger ' || r.relname || ' ' || pg_get_triggerdef(t.oid)
  from relations r join pg_trigger t on t.tgrelid = r.oid where not t.tgisinternal
  union all
  select 'view ' || r.relname || ' ' || pg_get_viewdef(r.oid) from relations r where r.relkind = 'v'
  union all
  select 'function ' || pg_get_functiondef(p.oid) from pg_proc p
  where p.pronamespace = $1::regnamespace and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
