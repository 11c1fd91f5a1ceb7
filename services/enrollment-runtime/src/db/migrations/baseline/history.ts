import { type Kysely, sql } from 'kysely';
import { createRangePartitions } from '../../range-partitions.ts';

/** Timelines and effects of enrollments, in partitions by ranges of enrollment id. */
export async function createHistory(db: Kysely<unknown>): Promise<void> {
  await createTimeline(db);
  await createLines(db);
  await createEffects(db);
  await createKeepers(db);
}

/**
 * The timeline. A row has all lines that one move wrote: the first line in the columns, the others in `following`. Most
 * moves take several steps, and the overhead of a row is as large as its contents, so a row for each line would cost
 * more. The id, name and type of a step are found in the version by `step_index`.
 */
async function createTimeline(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table timeline (
      enrollment_id bigint not null,
      at timestamptz not null,
      duration_ms double precision,
      sequence integer not null,
      step_index integer not null,
      attempt integer not null,
      -- The version of the workflow under which the lines were written.
      version integer not null,
      status text not null,
      message text not null,
      error text,
      output json,
      following json,
      -- The rule that held the step back.
      held json,
      primary key (enrollment_id, sequence)
    ) partition by range (enrollment_id)`.execute(db);
  await createRangePartitions(db, 'timeline', 0n);
}

/** A view with a row for each line, for people who query the database. */
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

/**
 * An intent is committed before its effect is performed. The intent has the rendered request, so that every attempt
 * sends an equal request. A service that has accepted an effect settles it later.
 */
async function createEffects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table effects (
      enrollment_id bigint not null,
      workflow_id bigint not null,
      organization_id bigint not null,
      created_at timestamptz not null,
      finished_at timestamptz,
      step_index integer not null,
      attempt integer not null,
      effect_key text not null,
      step_id text not null,
      kind text not null,
      status text not null default 'pending'
        check (status in ('pending', 'accepted', 'succeeded', 'skipped', 'failed')),
      request json not null,
      result json,
      primary key (enrollment_id, effect_key)
    ) partition by range (enrollment_id)`.execute(db);
  await createRangePartitions(db, 'effects', 0n);
}

/**
 * Trigger functions for a partition whose remaining rows pruning copies to a replacement table. The functions repeat
 * each write to the partition in the replacement table, whose name is the functions' argument. They insert the written
 * row, or update it if the replacement table already has it. They copy the other rows of its enrollment only if these
 * are not yet in the replacement table, because two writers of one enrollment must not undo each other.
 */
async function createKeepers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function keep_timeline() returns trigger language plpgsql as $$
      begin
        execute format('insert into %I.%I select ($1).* on conflict (enrollment_id, sequence) do update set
            message = excluded.message, error = excluded.error, output = excluded.output,
            following = excluded.following',
          tg_table_schema, tg_argv[0]) using new;
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $$`.execute(db);
  await sql`
    create function keep_effects() returns trigger language plpgsql as $$
      begin
        execute format('insert into %I.%I select ($1).* on conflict (enrollment_id, effect_key) do update set
            attempt = excluded.attempt, status = excluded.status, result = excluded.result,
            finished_at = excluded.finished_at, request = excluded.request',
          tg_table_schema, tg_argv[0]) using new;
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $$`.execute(db);
}
