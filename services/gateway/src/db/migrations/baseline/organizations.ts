import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

export async function createOrganizations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table organizations (
      id bigint generated always as identity primary key,
      name text not null,
      slug text not null,
      timezone text not null default 'UTC',
      -- json, not jsonb: numbers keep every digit.
      settings json not null default '{}',
      require_mfa boolean not null default false,
      -- When the operator suspended it; null while it goes on.
      suspended_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint organizations_slug_key unique (slug)
    )`.execute(db);
  await addRevision(db, 'organizations');
  await createDeletions(db);
}

/** Creates the table of organization deletions: scheduled ones, those in progress, and finished ones for 400 days. */
async function createDeletions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table organization_deletions (
      organization_id bigint primary key,
      requested_by bigint,
      requested_at timestamptz not null default now(),
      delete_at timestamptz not null,
      -- When the mail a week before was written.
      warned_at timestamptz,
      -- From when on it can't be cancelled.
      started_at timestamptz,
      -- When the last mails were written.
      reported_at timestamptz,
      erased_at timestamptz,
      -- Looks after the end for rows that late events made.
      sweeps integer not null default 0,
      -- When something is due; null when nothing is any more.
      next_at timestamptz,
      failures integer not null default 0,
      fence bigint not null default 0
    )`.execute(db);
  // The index has no organization prefix, because a loop looks for work of all organizations.
  await sql`create index organization_deletions_next_at_idx on organization_deletions (next_at)`.execute(db);
}
