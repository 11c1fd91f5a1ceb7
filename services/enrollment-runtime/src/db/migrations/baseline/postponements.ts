import { type Kysely, sql } from 'kysely';

/**
 * Items of loops that failed, with the time of their next try. Until then the loops continue with other work. `item` is
 * an id, so the table has no personal data. A row is deleted when its item succeeds. It is also deleted after a day
 * without a try, because the item no longer exists by then.
 */
export async function createPostponements(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table postponements (
      failures integer not null,
      since timestamptz not null,
      retry_at timestamptz not null,
      kind text not null,
      item text not null,
      primary key (kind, item)
    )`.execute(db);
}
