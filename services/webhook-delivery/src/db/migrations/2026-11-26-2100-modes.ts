import { type Kysely, sql } from 'kysely';

/** Webhooks from before are live, and so are those that a process of the version before inserts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table webhooks
      add column mode text not null default 'live',
      add constraint webhooks_mode_check check (mode in ('live', 'test'))`.execute(db);
}
