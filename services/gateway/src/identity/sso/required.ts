import { DomainError } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { findOwner } from '../organizations/owner.ts';
import type { SignInMethod } from '../sessions/method.ts';

/**
 * Throws when an organization requires its own provider and the person used a different sign-in method. The
 * organization's owner is exempt, so that an unavailable or misconfigured provider locks nobody out permanently.
 */
export async function requireAllowedMethod(
  trx: Transaction<DB>,
  { organizationId, memberId, method }: { organizationId: bigint; memberId: bigint; method: SignInMethod },
): Promise<void> {
  if (method === 'sso') return;
  const sso = await trx
    .selectFrom('sso_connections')
    .select('required')
    .where('organization_id', '=', organizationId)
    // This lock makes a change of the setting wait. Afterwards the change ends the sessions of other sign-in methods.
    .forShare()
    .executeTakeFirst();
  if (sso?.required !== true || (await findOwner(trx, organizationId))?.id === memberId) return;
  throw new DomainError(
    'permission_denied',
    'sso_required',
    'Your organization lets its members sign in by its own provider only.',
  );
}
