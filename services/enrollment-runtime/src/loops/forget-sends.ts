import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

const everyMs = 3_600_000;
const forgottenAtOnce = 1_000;
/**
 * This period covers the longest period that a rule looks back on, and the period in which users can ask why a mail was
 * sent.
 */
const sendDays = 92;

/** Deletes old rows of the ledger, in slices. */
export function startForgetSends(ctx: Context): Loop {
  return startLoop({
    name: 'forget sends',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      while (!signal.aborted && (await forgetSends(ctx)) === forgottenAtOnce);
      return undefined;
    },
  });
}

/** Deletes some rows and returns how many. A send that is still held was planned less than 92 days ago. */
async function forgetSends({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from sends where ctid = any(array(
      select ctid from sends where planned_at < ${dbNow} - ${sendDays} * interval '1 day'
      limit ${forgottenAtOnce} for update skip locked
    ))`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
