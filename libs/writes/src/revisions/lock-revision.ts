import type { Caller } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';

/**
 * Locks a row of the caller's organization until the transaction ends, and returns its revision. Returns undefined for
 * a row that the organization does not have. `id` is the value of the last parameter of the path; undefined if the path
 * has no parameter.
 */
export type LockRevision<DB> = (
  trx: Transaction<DB>,
  caller: Pick<Caller, 'organizationId' | 'actor'>,
  id: unknown,
) => Promise<bigint | undefined>;

/** Locks of rows by their kind: the segment before the id in the path, such as `workflows`. */
export type RowRevisions<DB> = Readonly<Record<string, LockRevision<DB>>>;

/** Makes the lock of a table with `organization_id` and `id`. */
export function lockRevision<DB>(table: keyof DB & string): LockRevision<DB> {
  return async (trx, { organizationId }, id) => {
    const { rows } = await sql<{ revision: bigint }>`
      select revision from ${sql.table(table)}
      where organization_id = ${organizationId} and id = ${id} for update`.execute(trx);
    return rows[0]?.revision;
  };
}
