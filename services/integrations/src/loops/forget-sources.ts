import { type Loop, startLoop } from '@drippulse/loops';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

const hourMs = 3_600_000;
/** Data sources whose files are deleted in one transaction. No run of theirs starts meanwhile. */
const sliceSources = 20;

/**
 * Deletes what holds data of people and is of no more use: uploaded files, failed rows and errors after seven days,
 * files whose reading was broken off after a day, and runs themselves after 180.
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

/** Runs that go on keep their file. */
const isOver = sql`
  (created_at < clock_timestamp() - interval '7 days' or (not is_complete and created_at < clock_timestamp() - interval '1 day'))
    and not exists (select 1 from data_source_runs as run
      where run.organization_id = file.organization_id and run.data_source_id = file.data_source_id
        and run.status in ('queued', 'running'))`;

/** Deletes files of some data sources. The lock makes a run that starts be seen here, or wait and find no file. */
async function forgetFiles(trx: Transaction<DB>): Promise<number> {
  const { rows } = await sql<{ id: bigint }>`
    select id from data_sources where id in (select data_source_id from source_files as file where ${isOver})
    order by id limit ${sliceSources} for update skip locked`.execute(trx);
  await sql`
    delete from source_files as file
    where data_source_id = any(${rows.map(({ id }) => id)}::bigint[]) and ${isOver}`.execute(trx);
  return rows.length;
}
