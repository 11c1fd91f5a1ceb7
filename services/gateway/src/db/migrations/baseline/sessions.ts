import { type Kysely, sql } from 'kysely';

export async function createSessions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sessions (
      id uuid primary key,
      -- The order of lists.
      number bigint generated always as identity,
      organization_id bigint not null references organizations (id),
      -- A session is one identity's, for one membership.
      user_id bigint not null references memberships (id) on delete cascade,
      identity_id bigint not null references identities (id) on delete cascade,
      method text not null constraint sessions_method_check check (method in ('password', 'google', 'sso')),
      -- What it signed in from: a user agent, which a client need not send, and a network.
      device text,
      network text not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db);
  await sql`create index sessions_user_id_idx on sessions (user_id)`.execute(db);
  await sql`create index sessions_identity_id_idx on sessions (identity_id)`.execute(db);
  await sql`create index sessions_expires_at_idx on sessions (expires_at)`.execute(db);
  await createLoginNetworks(db);
}

/** Creates the table of the networks from which a member has logged in. */
async function createLoginNetworks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table login_networks (
      user_id bigint not null references memberships (id) on delete cascade,
      -- An IPv4 address or the /64 of an IPv6 address.
      network text not null,
      last_login_at timestamptz not null,
      primary key (user_id, network)
    )`.execute(db);
  await sql`create index login_networks_last_login_at_idx on login_networks (last_login_at)`.execute(db);
}
