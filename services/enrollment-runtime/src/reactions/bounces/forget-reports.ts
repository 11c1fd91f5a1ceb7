import { sql } from 'kysely';
import type { Context } from '../../context.ts';

/** Senders stop repeating a report after a few days. */
const keptDays = 30;
const forgottenAtOnce = 1_000;

/** Deletes some ids of reports that no sender repeats any more, and returns how many. */
export async function forgetReports({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from bounce_reports where ctid = any(array(
      select ctid from bounce_reports where taken_at < ${dbNow} - ${keptDays} * interval '1 day'
      order by taken_at limit ${forgottenAtOnce} for update skip locked
    ))`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
