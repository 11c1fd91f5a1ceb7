import { type Kysely, sql } from 'kysely';

/**
 * Creates the tables of second factors. A factor belongs to an identity, not to an organization, and is deleted with
 * the identity.
 */
export async function createMfa(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table mfa_factors (
      identity_id bigint primary key references identities (id) on delete cascade,
      -- Sealed; 20 bytes for codes of 6 digits and 30 s (RFC 6238).
      secret bytea not null,
      -- Null until the first code has proved that the secret has arrived.
      enabled_at timestamptz,
      -- Step of the last code that was taken. No code of this step or an earlier one is taken again.
      last_step bigint,
      -- Wrong codes since this time.
      failures integer not null default 0,
      failing_since timestamptz,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create table mfa_recovery_codes (
      identity_id bigint not null references mfa_factors (identity_id) on delete cascade,
      code_hash bytea not null,
      primary key (identity_id, code_hash)
    )`.execute(db);
}
