import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

/**
 * Serializes changes that depend on the number of rows of an organization: the last administrator, the limit of keys. The
 * lock ends with the transaction. It does not block inserts of rows that refer to the organization.
 */
export async function lockOrganization(trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  await trx.selectFrom('organizations').select('id').where('id', '=', organizationId).forNoKeyUpdate().execute();
}
