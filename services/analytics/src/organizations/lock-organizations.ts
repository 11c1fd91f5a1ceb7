import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Locks organizations in the shared mode, so that the transaction may add to their rollups. Returns the organizations
 * that exist. A process that recounts one of them waits for the end of this transaction.
 */
export async function lockOrganizations(
  trx: Transaction<DB>,
  organizationIds: readonly bigint[],
): Promise<Set<bigint>> {
  const ids = [...new Set(organizationIds)];
  const { rows } = await sql<{ organization_id: bigint }>`
    select organization_id from organizations where organization_id = any(${ids})
    order by organization_id for key share`.execute(trx);
  return new Set(rows.map((row) => row.organization_id));
}
