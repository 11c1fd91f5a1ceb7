import { DomainError } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { lockOrganization } from '../organizations/lock.ts';

/**
 * Throws `last_admin` when the member is the last administrator who can log in. The lock on the organization serializes
 * callers, so that two administrators cannot remove each other in parallel.
 */
export async function keepAnAdmin(trx: Transaction<DB>, organizationId: bigint, memberId: bigint): Promise<void> {
  await lockOrganization(trx, organizationId);
  const admins = await trx
    .selectFrom('memberships')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'admin')
    .where('status', '=', 'active')
    .limit(2)
    .execute();
  if (admins.length > 1 || admins[0]?.id !== memberId) return;
  throw new DomainError('failed_precondition', 'last_admin', 'The last active administrator must stay.');
}
