import { type Kysely, sql } from 'kysely';

/**
 * A process of the release before blocks finds by address nobody who is in one. Of each erasure that it has taken on, or takes
 * on while this release is rolled out or after it was taken back, there is one more of a kind that it does not know.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into jobs (organization_id, kind, input, total)
    select organization_id, 'erasure_by_blocks', input, total from jobs
    where kind = 'erasure' and status in ('queued', 'running')`.execute(db);
  await sql`
    create function repeat_erasure() returns trigger language plpgsql set search_path from current as $$
      begin
        insert into jobs (organization_id, kind, input, total)
        values (new.organization_id, 'erasure_by_blocks', new.input, new.total);
        return null;
      end $$`.execute(db);
  await sql`
    create trigger repeat_erasure after insert on jobs
    for each row when (new.kind = 'erasure') execute function repeat_erasure()`.execute(db);
}
