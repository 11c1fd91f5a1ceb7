import { type Kysely, sql } from 'kysely';

/**
 * The number of enrollments and records that each chain has led to. A cause from which nothing further follows has no
 * row. `counted_on` is a day, so that counts change the index at most once a day.
 */
export async function createChains(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table chains (
      organization_id bigint not null,
      cause text not null,
      counted bigint not null default 0,
      counted_on date not null default current_date,
      reported_at timestamptz,
      primary key (organization_id, cause)
    ) with (fillfactor = 70)`.execute(db);
  await sql`create index chains_counted_on_idx on chains (counted_on)`.execute(db);
}
