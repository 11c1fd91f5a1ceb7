import { createIdempotencyTable } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createOrganizations(db);
  await createUsers(db);
  await createApiKeys(db);
  await createProjects(db);
}

async function createOrganizations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table organizations (
      id bigint generated always as identity primary key,
      name text not null,
      slug text not null,
      timezone text not null default 'UTC',
      -- json, not jsonb: numbers keep every digit.
      settings json not null default '{}',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint organizations_slug_key unique (slug)
    )`.execute(db);
}

async function createUsers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id bigint generated always as identity primary key,
      organization_id bigint not null references organizations (id),
      username text not null,
      email text not null,
      name text,
      role text not null constraint users_role_check check (role in ('viewer', 'approver', 'editor', 'admin')),
      status text not null constraint users_status_check check (status in ('active', 'invited', 'disabled')),
      password_hash text,
      -- Hash of the last ADMIN_PASSWORD applied, so that a restart applies a changed one only.
      bootstrap_hash text,
      last_login_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  // Not led by the organization: a login names no organization, so a user name is unique in the installation.
  await sql`create unique index users_username_key on users (lower(username))`.execute(db);
  await sql`create unique index users_organization_id_email_key on users (organization_id, lower(email))`.execute(db);
  await sql`create index users_organization_id_id_idx on users (organization_id, id)`.execute(db);
  await sql`
    create index users_organization_id_admins_idx on users (organization_id, id)
    where role = 'admin' and status = 'active'`.execute(db);
  await sql`
    create table sessions (
      id uuid primary key,
      organization_id bigint not null references organizations (id),
      user_id bigint not null references users (id) on delete cascade,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db);
  await sql`create index sessions_user_id_idx on sessions (user_id)`.execute(db);
  await sql`create index sessions_expires_at_idx on sessions (expires_at)`.execute(db);
}

async function createApiKeys(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_keys (
      id bigint generated always as identity primary key,
      organization_id bigint not null references organizations (id),
      name text,
      mode text not null constraint api_keys_mode_check check (mode in ('live', 'test')),
      key_hash bytea not null,
      last_four text not null,
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      created_at timestamptz not null default now(),
      -- Not led by the organization: a request names its organization by the key alone.
      constraint api_keys_key_hash_key unique (key_hash)
    )`.execute(db);
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

async function createProjects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table projects (
      id bigint generated always as identity primary key,
      organization_id bigint not null references organizations (id),
      name text not null,
      description text,
      color text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index projects_organization_id_id_idx on projects (organization_id, id)`.execute(db);
}
