import { analyzeWhole } from '@drippulse/testing';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../src/db/schema.ts';

const tables = ['accounts', 'contacts', 'leads', 'opportunities', 'activities', 'change_events', 'merges'];

/** Returns the id of the nth row of a table, so that other rows can link to it. */
const idOf = (table: string, n = 'n') => sql`md5(${sql.lit(table)} || ${sql.raw(n)})::uuid`;
/**
 * Half of the rows belong to the first organization, three tenths to the second. A row links to rows whose numbers end
 * in the same two digits.
 */
const organizationText = '(case when n % 10 < 5 then 1 when n % 10 < 8 then 2 else 3 end)';
const organization = sql.raw(organizationText);
const common = sql`organization_id, id, public_id, sequence, owner_id, external_system, external_id, custom, created_at, updated_at`;
const commonOf = (table: string, prefix: string) => sql`
  ${organization}, ${idOf(table)}, ${sql.lit(prefix)} || '_' || n, 1, case when n % 2000 = 6 then 7 end,
  case when n % 4000 = 6 then 'rare-system' when n % 2 = 0 then 'their-crm' end, 'x' || n, '{}',
  now() - n * interval '1 second', now() - n * interval '1 second'`;

/**
 * Fills each table of records with the same number of rows and changes, from three organizations that grew at the same
 * time.
 */
export async function fillRecords(kysely: Kysely<DB>, count: number): Promise<void> {
  await kysely.connection().execute(async (db) => {
    await sql`set statement_timeout = 0`.execute(db);
    const indexes = await dropIndexes(db);
    await insertRecords(db, count);
    for (const { definition } of indexes) await sql.raw(definition).execute(db);
    await sql`reset statement_timeout`.execute(db);
  });
  await analyzeWhole(kysely);
}

async function insertRecords(db: Kysely<DB>, count: number): Promise<void> {
  const rows = sql`generate_series(1, ${sql.lit(count)}) as n`;
  await sql`
    insert into accounts (${common}, name, domain)
    select ${commonOf('accounts', 'acct')}, 'Company ' || n, 'c' || n || '.example.com' from ${rows}`.execute(db);
  await sql`
    insert into contacts (${common}, email, phone, first_name, last_name, account_id)
    select ${commonOf('contacts', 'cnt')}, 'p' || case when n = 26 then 16 else n end || '@example.com',
           '+49 30 1' || lpad((case when n = 26 then 16 else n end)::text, 8, '0'), 'Given ' || n % 50, 'Person ' || n,
           ${idOf('accounts', '(n % 100 + 100)')}
    from ${rows}`.execute(db);
  await sql`
    insert into leads (${common}, email, first_name, last_name, status, source, score)
    select ${commonOf('leads', 'lead')}, 'l' || n || '@example.com', 'Given ' || n % 50, 'Person ' || n,
           case when n % 4000 = 6 then 'converted' when n % 2 = 0 then 'new' else 'working' end,
           case when n % 4000 = 6 then 'fair' else 'web' end, n % 100
    from ${rows}`.execute(db);
  await fillPipelines(db);
  await sql`
    insert into opportunities (${common}, name, status, pipeline_id, pipeline_stage_id, stage_position, amount_cents, account_id, contact_id)
    select ${commonOf('opportunities', 'opp')}, 'Deal ' || n, 'open', ${idOf('pipelines', organizationText)},
           ${idOf('stages', organizationText)}, n, n, ${idOf('accounts', '(n % 100 + 100)')}, ${idOf('contacts', '(n % 100 + 100)')}
    from ${rows}`.execute(db);
  await sql`
    insert into activities (${common}, kind, subject, completed_at, account_id, lead_id)
    select ${commonOf('activities', 'act')}, case when n % 4000 = 6 then 'meeting' else 'call' end, 'Call ' || n,
           case when n % 4000 = 6 then now() end, ${idOf('accounts', '(n % 100 + 100)')}, ${idOf('leads', '(n % 100 + 100)')}
    from ${rows}`.execute(db);
  await sql`
    insert into change_events (organization_id, record_type, record_id, record_public_id, action, actor_type, actor_id, changes, at)
    select ${organization}, case when n % 4000 = 6 then 'account' else 'lead' end, ${idOf('leads')}, 'leads_' || n,
           'created', 'user', '1', '{}', now() - (${count} - n) * interval '1 second'
    from ${rows}`.execute(db);
  await sql`
    insert into merges (organization_id, record_type, survivor_id, survivor_public_id, merged_ids, merged_public_ids,
                        moved_links, undo, actor_type, actor_id)
    select ${organization}, 'contact', ${idOf('contacts')}, 'contacts_' || n, array[${idOf('leads')}], array['x'], 0,
           '{}', 'user', '1'
    from ${rows}`.execute(db);
}

async function fillPipelines(db: Kysely<DB>): Promise<void> {
  await sql`
    insert into opportunity_pipelines (id, organization_id, name, created_at, updated_at)
    select ${idOf('pipelines')}, n, 'Default', now(), now() from generate_series(1, 3) as n`.execute(db);
  await sql`
    insert into opportunity_pipeline_stages (id, organization_id, pipeline_id, name, stage_type, position)
    select ${idOf('stages')}, n, ${idOf('pipelines')}, 'Open', 'open', 0 from generate_series(1, 3) as n`.execute(db);
}

/** Drops the indexes, because building them once over all rows takes a fraction of the time. */
async function dropIndexes(db: Kysely<DB>): Promise<{ definition: string }[]> {
  const { rows } = await sql<{ name: string; definition: string }>`
    select indexname as name, indexdef as definition from pg_indexes
    where schemaname = current_schema() and tablename = any(${tables}) and indexname not like '%_pkey'`.execute(db);
  for (const { name } of rows) await sql`drop index ${sql.ref(name)}`.execute(db);
  return rows;
}
