import { eraseAnswers } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Erases stored responses that contain the id of one of the given records. A response is stored for two days, so that a
 * repeated request gets it again, and it may contain records.
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
