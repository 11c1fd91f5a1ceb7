import { type Kysely, sql } from 'kysely';

/**
 * Whoever removes or empties an enrollment need not know where else its texts are: a process of the release before blocks
 * and rows of several lines, which runs on while this one is rolled out, does not.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await takeBlocksApart(db);
  await emptyFollowing(db);
}

/** Each of the block then has its own text alone, and who was erased none. Both columns change: that is no more a block. */
async function takeBlocksApart(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function take_block_apart() returns trigger language plpgsql set search_path from current as $$
      begin
        update enrollments
        set search = case when erased_at is null then nullif(own_search, '') end, own_search = null
        where workflow_id = old.workflow_id and (id >> 3) = (old.id >> 3) and own_search is not null;
        return null;
      end $$`.execute(db);
  await sql`
    create trigger remove_from_block after delete on enrollments
    for each row when (old.own_search is not null) execute function take_block_apart()`.execute(db);
  await sql`
    create trigger empty_in_block after update of search on enrollments
    for each row when (new.own_search is not null) execute function take_block_apart()`.execute(db);
}

/** A message changes when it is erased: those of the lines behind become the same, which tells nothing. */
async function emptyFollowing(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function empty_following() returns trigger language plpgsql as $$
      begin
        new.following := (
          select json_agg(json_strip_nulls(json_build_object(
            'step_index', line -> 'step_index', 'attempt', line -> 'attempt', 'status', line -> 'status',
            'message', new.message, 'error', case when line -> 'error' is not null then new.message end
          )) order by place)
          from json_array_elements(new.following) with ordinality as each (line, place));
        return new;
      end $$`.execute(db);
  await sql`
    create trigger empty_following before update of message on timeline
    for each row when (new.following is not null) execute function empty_following()`.execute(db);
}
