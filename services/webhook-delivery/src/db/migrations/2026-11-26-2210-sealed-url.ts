import { type Kysely, sql } from 'kysely';

/**
 * `url` becomes the masked form that people see, as `headers` is; `sealed_url` is the form that is sent, where they
 * differ. `is_masked` is false for webhooks of before, which a loop seals.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table webhooks
      add column sealed_url bytea,
      add column is_masked boolean not null default false`.execute(db);
  // Empty once the webhooks of before are sealed.
  await sql`create index webhooks_id_idx on webhooks (id) where not is_masked`.execute(db);
}
