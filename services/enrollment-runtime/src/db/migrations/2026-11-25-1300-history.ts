import { type Kysely, sql } from 'kysely';

/**
 * What pruning needs: which outcomes of a range of ids are recent, from an index that costs an insert next to nothing,
 * and the triggers that write into the table of what is kept of a partition whatever is written into the partition while
 * it is copied. The name of that table is their argument.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index outcomes_enrollment_id_idx on outcomes using brin (enrollment_id int8_minmax_multi_ops)
    with (pages_per_range = 32, autosummarize = on)`.execute(db);
  await sql`
    create function keep_timeline() returns trigger language plpgsql as $$
      begin
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $$`.execute(db);
  // The row itself by its new values, the others of its enrollment unless they are there: two writers of one enrollment
  // must not undo each other.
  await sql`
    create function keep_effects() returns trigger language plpgsql as $$
      begin
        execute format('insert into %I.%I select ($1).* on conflict (enrollment_id, effect_key) do update set
            attempt = excluded.attempt, status = excluded.status, result = excluded.result,
            finished_at = excluded.finished_at',
          tg_table_schema, tg_argv[0]) using new;
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $$`.execute(db);
}
