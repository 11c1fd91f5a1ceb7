import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

export async function createApiKeys(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_keys (
      id bigint generated always as identity primary key,
      organization_id bigint not null references organizations (id),
      name text,
      mode text not null constraint api_keys_mode_check check (mode in ('live', 'test')),
      role text not null constraint api_keys_role_check check (role in ('viewer', 'editor', 'admin')),
      -- Null for a key that scopes do not restrict.
      scopes text[] constraint api_keys_scopes_check check (cardinality(scopes) > 0),
      key_hash bytea not null,
      last_four text not null,
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      created_at timestamptz not null default now(),
      -- Not led by the organization: a request names its organization by the key alone.
      constraint api_keys_key_hash_key unique (key_hash)
    )`.execute(db);
  await addRevision(db, 'api_keys', { apart: ['last_used_at'] });
  await sql`create index api_keys_organization_id_id_idx on api_keys (organization_id, id)`.execute(db);
  await sql`
    create index api_keys_organization_id_live_idx on api_keys (organization_id, id)
    where revoked_at is null`.execute(db);
  await sql`
    create table api_key_usage (
      api_key_id bigint not null references api_keys (id) on delete cascade,
      day date not null,
      requests bigint not null,
      errors bigint not null,
      primary key (api_key_id, day)
    )`.execute(db);
  await sql`create index api_key_usage_day_idx on api_key_usage (day)`.execute(db);
}
