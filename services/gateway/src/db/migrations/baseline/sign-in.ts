import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/**
 * Creates the tables of the organizations' mail domains and OpenID Connect providers, and the table that links
 * identities to issuers.
 */
export async function createSignIn(db: Kysely<unknown>): Promise<void> {
  await createDomains(db);
  await createConnections(db);
  await createLinks(db);
}

async function createDomains(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table account_domains (
      id bigint generated always as identity primary key,
      organization_id bigint not null references organizations (id),
      domain text not null,
      token text not null,
      found boolean not null default false,
      checked_at timestamptz,
      verified_at timestamptz,
      created_at timestamptz not null default now(),
      constraint account_domains_organization_id_domain_key unique (organization_id, domain)
    )`.execute(db);
  await sql`create index account_domains_organization_id_id_idx on account_domains (organization_id, id)`.execute(db);
  // The index has no organization prefix, because a domain has one owner in the installation.
  await sql`
    create unique index account_domains_verified_key on account_domains (domain) where verified_at is not null`.execute(
    db,
  );
}

async function createConnections(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sso_connections (
      organization_id bigint primary key references organizations (id),
      issuer text not null,
      client_id text not null,
      client_secret bytea not null,
      data_key bytea not null,
      shown_secret text not null,
      domains text[] not null default '{}',
      default_role text constraint sso_connections_default_role_check
        check (default_role in ('viewer', 'approver', 'editor', 'admin')),
      required boolean not null default false,
      groups json not null default '[]',
      tried_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await addRevision(db, 'sso_connections', { apart: ['tried_at'] });
}

/**
 * Creates the table that links identities to their subjects at issuers. An issuer that an organization chose is trusted
 * only by that organization, so the key includes the organization.
 */
async function createLinks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity_links (
      id bigint generated always as identity primary key,
      identity_id bigint not null references identities (id) on delete cascade,
      organization_id bigint references organizations (id),
      issuer text not null,
      subject text not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create unique index identity_links_issuer_subject_key
    on identity_links (issuer, subject, coalesce(organization_id, 0))`.execute(db);
  await sql`create index identity_links_identity_id_idx on identity_links (identity_id)`.execute(db);
  await sql`create index identity_links_organization_id_idx on identity_links (organization_id)`.execute(db);
}
