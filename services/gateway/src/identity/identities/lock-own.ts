import { DomainError } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

/**
 * Locks an identity, and requires that it belongs to no other organization, because only then may the organization
 * change it. A membership that is added in the meantime waits, because its insert reads the names of the identity. A
 * transaction that also locks a membership locks the membership first.
 */
export async function lockOwnIdentity(
  trx: Transaction<DB>,
  { identityId, memberId }: { identityId: bigint; memberId: bigint },
): Promise<void> {
  await trx.selectFrom('identities').select('id').where('id', '=', identityId).forNoKeyUpdate().execute();
  const other = await trx
    .selectFrom('memberships')
    .select('id')
    .where('identity_id', '=', identityId)
    .where('id', '<>', memberId)
    .limit(1)
    .executeTakeFirst();
  if (!other) return;
  throw new DomainError(
    'failed_precondition',
    'identity_shared',
    'The member belongs to another organization too, and changes user name, address and password themselves.',
  );
}
