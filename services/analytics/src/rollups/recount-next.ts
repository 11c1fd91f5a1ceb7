import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import { takeStaleDays } from './next-days.ts';
import { recountDays } from './recount-days.ts';

/**
 * Counts the day anew that was marked first, with days that follow it. Returns how many marked days that were,
 * undefined if no day is left to this process. Marks go with the commit
 * of the count. Facts that come meanwhile wait for it, and mark their day again.
 */
export async function recountNext(db: Kysely<DB>): Promise<number | undefined> {
  return db.transaction().execute(async (trx) => {
    const stale = await takeStaleDays(trx);
    if (stale?.days === undefined) return stale?.count;
    await recountDays(trx, stale.organizationId, stale.days);
    return stale.count;
  });
}
