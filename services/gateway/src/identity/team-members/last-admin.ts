import { DomainError } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { lockOrganization } from '../organizations/lock.ts';

/**
 * Refuses to take away the last administrator who can log in. Callers are in line by the organization's lock, so that
 * two administrators cannot remove each other at once.
 */
export async function keepAnAdmin(trx: Transaction<DB>, organizationId: bigint, memberId: bigint): Promise<void> {
  await lockOrganization(trx, organizationId);
  const admins = await trx
    .selectFrom('users')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'admin')
    .where('status', '=', 'active')
    .limit(2)
    .execute();
  if (admins.length > 1 || admins[0]?.id !== memberId) return;
  throw new DomainError('failed_precondition', 'last_admin', 'The last active administrator must stay.');
}
