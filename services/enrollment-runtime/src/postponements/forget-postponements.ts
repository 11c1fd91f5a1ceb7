import { sql } from 'kysely';
import type { Context } from '../context.ts';

/** Days after which a row without a new try is deleted. An item that still exists is tried at least every hour. */
const keptDays = 1;

/** Deletes some rows of items that no longer exist, and returns how many. */
export async function forgetPostponements({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>, most: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from postponements where ctid = any(array(
      select ctid from postponements where retry_at < ${dbNow} - ${keptDays} * interval '1 day'
      limit ${most} for update skip locked
    ))`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
