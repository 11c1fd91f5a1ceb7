import { type Kysely, sql } from 'kysely';

/**
 * A row of the timeline holds all lines that one move wrote: its first in the columns, as every row did before, and those
 * behind it in `following`. A row costs the database as much as what is in it, and most moves take several steps.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table timeline add column following json`.execute(db);
  await createLines(db);
  await keepFollowing(db);
}

/** A row for each line, for whoever looks into the database. */
async function createLines(db: Kysely<unknown>): Promise<void> {
  await sql`
    create view timeline_lines as
      select enrollment_id, sequence, at, duration_ms, step_index, attempt, status, message, error, output from timeline
      union all
      select enrollment_id, sequence + line.place::int, at, null, line.step_index, line.attempt, line.status, line.message,
        line.error, line.output
      from timeline cross join lateral rows from (
        json_to_recordset(following) as (
          step_index integer, attempt integer, status text, message text, error text, output json)
      ) with ordinality as line (step_index, attempt, status, message, error, output, place)`.execute(db);
}

/** What is copied of a partition that is being replaced has the column too, and is emptied with it. */
async function keepFollowing(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
      declare kept regclass;
      begin
        for kept in
          select oid from pg_class
          where relnamespace = current_schema::regnamespace and relkind = 'r' and relname ~ '^timeline_p\\d+_kept$'
        loop
          execute format('alter table %s add column following json', kept);
        end loop;
      end $$`.execute(db);
  await sql`
    create or replace function keep_timeline() returns trigger language plpgsql as $$
      begin
        execute format('insert into %I.%I select ($1).* on conflict (enrollment_id, sequence) do update set
            message = excluded.message, error = excluded.error, output = excluded.output,
            following = excluded.following',
          tg_table_schema, tg_argv[0]) using new;
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $$`.execute(db);
}
