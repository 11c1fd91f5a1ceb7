import { type Kysely, sql } from 'kysely';

/**
 * Keeps when a run entered its step, which is when its wait began, the variants that it has taken, why it ended, and under which
 * version each line was written. `held` is the rule that held a step back. Rows of earlier releases have none of these.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table runs add column entered_at timestamptz, add column variants json`.execute(db);
  await sql`alter table outcomes add column reason text, add column variants json`.execute(db);
  await restartPruning(db);
  await sql`alter table timeline add column version integer, add column held json`.execute(db);
}

/** A partition and the table that is to replace it have the same columns, or moves would fail. Pruning begins such a table again. */
async function restartPruning(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$ declare kept record; begin
      for kept in
        select relname as name, regexp_replace(relname, '_kept$', '') as partition from pg_class
        where relnamespace = current_schema::regnamespace and relkind = 'r' and relname ~ '^timeline_p[0-9]+_kept$'
      loop
        execute format('drop trigger if exists keep on %I', kept.partition);
        execute format('drop table %I', kept.name);
      end loop;
    end $$`.execute(db);
}
