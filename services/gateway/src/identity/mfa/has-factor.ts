import { type RawBuilder, sql } from 'kysely';

/** Returns an SQL condition that is true if an identity has an active second factor. */
export function hasFactor(identityId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from mfa_factors where mfa_factors.identity_id = ${identityId} and mfa_factors.enabled_at is not null)`;
}
