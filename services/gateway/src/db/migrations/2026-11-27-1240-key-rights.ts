import { type Kysely, sql } from 'kysely';

/**
 * Role and scopes of API keys. A process of the version before knows neither, and gives each key that it finds all rights. So the hash of
 * a restricted key is hashed once more (`hash_rounds`), and such a process does not find the key.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table api_keys
      add column role text not null default 'admin'
        constraint api_keys_role_check check (role in ('viewer', 'editor', 'admin')),
      add column scopes text[] constraint api_keys_scopes_check check (cardinality(scopes) > 0),
      add column hash_rounds smallint not null default 1`.execute(db);
}
