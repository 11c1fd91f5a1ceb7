import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Numbers of the log are taken in one order and committed in another: a reader that only looked for higher ones would
 * miss some. So each writer holds this lock shared until it commits, and a reader takes it alone for a moment.
 */
const logLock = sql`hashtext('workflows'), hashtext('change_log')`;

/** The next number of the log, for a row that this transaction writes. */
export async function nextChange(trx: Transaction<DB>): Promise<bigint> {
  const { change } = await trx
    .with('held', (db) => db.selectNoFrom(sql`pg_advisory_xact_lock_shared(${logLock})`.as('lock')))
    .selectFrom('held')
    .select(sql<bigint>`nextval('workflows_change_seq')`.as('change'))
    .executeTakeFirstOrThrow();
  return change;
}

/** The number up to which every change is committed. */
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
