import type { Kysely, Transaction } from 'kysely';

/**
 * Reads in one read-only transaction (repeatable read): all statements of `read` see the rows of one moment, so that a
 * response made from several statements does not contradict itself.
 */
export function readSnapshot<DB, T>(db: Kysely<DB>, read: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);
}
