import { type Kysely, sql } from 'kysely';

/**
 * Work of loops that failed, and when it is tried again. Meanwhile the loops go on with other work. `item` is an id; nothing of a
 * person is here. A row goes when its item succeeds, and after a day without a try: the item is gone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
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
