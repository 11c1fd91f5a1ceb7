import { type Kysely, sql } from 'kysely';

/** The database's wall clock at this moment: not the start of the transaction, so right after waiting for a lock too. */
export async function databaseNow<DB>(trx: Kysely<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell its time');
  return row.now;
}
