import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

/**
 * Makes changes that depend on how many rows an organization has wait for each other: the last administrator, the limit
 * of keys. Held until the end of the transaction. Rows that only refer to the organization may be inserted meanwhile.
 */
export async function lockOrganization(trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  await trx.selectFrom('organizations').select('id').where('id', '=', organizationId).forNoKeyUpdate().execute();
}
