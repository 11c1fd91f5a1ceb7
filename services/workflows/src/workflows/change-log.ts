import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Lock of the change log. Writers take numbers of the log in one order and commit in a different order, so a reader
 * that only asked for higher numbers would miss some changes. Therefore each writer takes this lock in shared mode
 * until it commits, and a reader takes it in exclusive mode for a moment.
 */
const logLock = sql`hashtext('workflows'), hashtext('change_log')`;

/** Takes the next number of the log, for a row that this transaction writes. */
export async function nextChange(trx: Transaction<DB>): Promise<bigint> {
  const { change } = await trx
    .with('locked', (db) => db.selectNoFrom(sql`pg_advisory_xact_lock_shared(${logLock})`.as('lock')))
    .selectFrom('locked')
    .select(sql<bigint>`nextval('workflows_change_seq')`.as('change'))
    .executeTakeFirstOrThrow();
  return change;
}

/** Returns the number up to which every change is committed. */
export async function lastCommittedChange(db: Kysely<DB>): Promise<bigint> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${logLock})`.execute(trx);
    const { last } = await trx
      .selectFrom('workflows')
      .select((eb) => eb.fn.coalesce(eb.fn.max('change'), sql<bigint>`0`).as('last'))
      .executeTakeFirstOrThrow();
    return last;
  });
}
