import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import { takeStaleDays } from './next-days.ts';
import { recountDays } from './recount-days.ts';

/**
 * Recounts the day with the oldest mark and some of the days after it. Returns the number of marked days that it
 * recounted; undefined if no day is left for this process. The transaction that commits the counts also deletes the
 * marks. Facts that arrive meanwhile wait for its end, and mark their day again.
 */
export async function recountNext(db: Kysely<DB>): Promise<number | undefined> {
  return db.transaction().execute(async (trx) => {
    const stale = await takeStaleDays(trx);
    if (stale?.days === undefined) return stale?.count;
    await recountDays(trx, stale.organizationId, stale.days);
    return stale.count;
  });
}
