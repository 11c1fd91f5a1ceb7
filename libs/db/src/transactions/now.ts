import { type Kysely, sql } from 'kysely';

/**
 * Returns the current time of the database's clock, not the start of the transaction, so it is right even after a wait
 * for a lock.
 */
export async function databaseNow<DB>(trx: Kysely<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database answered no time');
  return row.now;
}
