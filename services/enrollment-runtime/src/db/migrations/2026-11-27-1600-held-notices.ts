import { type Kysely, sql } from 'kysely';

/**
 * What admins are yet to be mailed about contacts that wait for a quota, one row for each organization: how many began to wait and how
 * many expired since the last mail, and when the next one is due. It stays as long as the organization, so that there is one mail a day.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table held_notices (
      organization_id bigint primary key,
      held bigint not null default 0,
      expired bigint not null default 0,
      due_at timestamptz,
      sent_at timestamptz
    )`.execute(db);
  await sql`create index held_notices_due_at_idx on held_notices (due_at) where due_at is not null`.execute(db);
}
