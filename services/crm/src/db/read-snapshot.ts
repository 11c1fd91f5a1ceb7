import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from './schema.ts';

/** What several statements read as of one moment, so that an answer made of them does not contradict itself. */
export function readSnapshot<T>(ctx: Context, read: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
  return ctx.db.kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);
}
