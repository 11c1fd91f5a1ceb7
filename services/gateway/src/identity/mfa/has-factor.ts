import { type RawBuilder, sql } from 'kysely';

/** Returns SQL that says whether an identity has a second factor in force. */
export function hasFactor(identityId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from mfa_factors where mfa_factors.identity_id = ${identityId} and mfa_factors.enabled_at is not null)`;
}
