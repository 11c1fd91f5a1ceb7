import type { Database } from '@drippulse/db';
import type { Transaction } from 'kysely';
import type { DB } from './schema.ts';

/** Reads with several statements as of one moment, so that their results fit together. */
export function readSnapshot<T>({ db }: { db: Database<DB> }, read: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
  return db.kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);
}
