import { eraseAnswers } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Erases stored answers that contain the id of one of the given records. Stored answers repeat the answer of an earlier
 * request; they are kept for two days and may contain records.
 */
export async function forgetAnswers(
  trx: Transaction<DB>,
  organizationId: bigint,
  records: readonly { id: string }[],
): Promise<void> {
  const ids = records.map(({ id }) => Buffer.from(id));
  const condition = sql`exists (
    select from unnest(${ids}::bytea[]) as erased (id) where position(erased.id in response) > 0)`;
  await eraseAnswers(trx, organizationId, condition);
}
