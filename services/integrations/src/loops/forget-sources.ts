import { type Loop, startLoop } from '@drippulse/loops';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

const hourMs = 3_600_000;
/**
 * Maximum number of data sources whose files one transaction deletes. Their runs cannot start during the transaction.
 */
const sliceSources = 20;

/**
 * Deletes outdated data of people: uploaded files, failed rows and errors after seven days, incomplete files after a
 * day, and runs after 180 days.
 */
export function startForgetSources(ctx: Context): Loop {
  return startLoop({
    name: 'forget sources',
    log: ctx.log,
    async run() {
      await forget(ctx);
      return hourMs;
    },
  });
}

async function forget({ db }: Pick<Context, 'db'>): Promise<void> {
  const files = () => db.kysely.transaction().setIsolationLevel('read committed').execute(forgetFiles);
  while ((await files()) === sliceSources);
  await sql`delete from source_failed_rows where created_at < clock_timestamp() - interval '7 days'`.execute(db.kysely);
  await sql`
    update data_source_runs set errors = null
    where errors is not null and finished_at < clock_timestamp() - interval '7 days'`.execute(db.kysely);
  await sql`delete from data_source_runs where finished_at < clock_timestamp() - interval '180 days'`.execute(
    db.kysely,
  );
}

/** Selects obsolete files. Active runs keep their files. */
const isOver = sql`
  (created_at < clock_timestamp() - interval '7 days' or (not is_complete and created_at < clock_timestamp() - interval '1 day'))
    and not exists (select 1 from data_source_runs as run
      where run.organization_id = file.organization_id and run.data_source_id = file.data_source_id
        and run.status in ('queued', 'running'))`;

/**
 * Deletes files of some data sources. Because of the lock, a starting run is visible here, or waits and finds no file.
 */
async function forgetFiles(trx: Transaction<DB>): Promise<number> {
  const { rows } = await sql<{ id: bigint }>`
    select id from data_sources where id in (select data_source_id from source_files as file where ${isOver})
    order by id limit ${sliceSources} for update skip locked`.execute(trx);
  await sql`
    delete from source_files as file
    where data_source_id = any(${rows.map(({ id }) => id)}::bigint[]) and ${isOver}`.execute(trx);
  return rows.length;
}
