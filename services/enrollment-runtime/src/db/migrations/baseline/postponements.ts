import { type Kysely, sql } from 'kysely';

/**
 * Work of loops that failed, and when it is tried again. Meanwhile the loops go on with other work. `item` is an id:
 * the table has no personal data. A row goes when its item succeeds. It also goes after a day without a try, because
 * then the item is gone.
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
