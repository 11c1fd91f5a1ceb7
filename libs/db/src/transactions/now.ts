import { type Kysely, sql } from 'kysely';

/**
 * The time of the database's clock now, and not at the start of the transaction: correct after waiting for a lock too.
 */
export async function databaseNow<DB>(trx: Kysely<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database answered no time');
  return row.now;
}
