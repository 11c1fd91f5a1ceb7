import { type Kysely, sql } from 'kysely';

/** Links that sign in on a person's own machine. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table mailed_links
      drop constraint mailed_links_kind_check,
      add constraint mailed_links_kind_check check (kind in ('invitation', 'password_reset', 'address_change', 'sign_in'))
  `.execute(db);
}
