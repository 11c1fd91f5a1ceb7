import { type Loop, startLoop } from '@drippulse/runtime';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

const everyMs = 3_600_000;
/** Nobody sends a page again that they opened longer ago. */
const keptDays = 30;
const slice = 1_000;

/** Forgets old submissions that are settled: all that is left of them is the leads they made. */
export function startForgetSubmissions(ctx: Context): Loop {
  return startLoop({
    name: 'forget submissions',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      let forgotten = slice;
      while (forgotten === slice && !signal.aborted) forgotten = await forgetSubmissions(ctx.db.kysely);
      return undefined;
    },
  });
}

/** Forgets some, and answers how many. */
export async function forgetSubmissions(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from lead_form_submissions where ctid = any(array(
      select ctid from lead_form_submissions
      where created_at < now() - ${keptDays} * interval '1 day' and enroll_at is null
      order by created_at limit ${slice}
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
