import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Lets the transaction add to the rollups of organizations, and returns those that there are. Whoever counts one of
 * them anew waits for its end.
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
