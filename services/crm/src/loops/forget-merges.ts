import { type Loop, startLoop } from '@drippulse/runtime';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { undoDays } from '../merges/merge.ts';

const everyMs = 3_600_000;
const slice = 1_000;

/** Forgets what it takes to undo merges that can no longer be undone: values of people that nobody may need. */
export function startForgetMerges(ctx: Context): Loop {
  return startLoop({
    name: 'forget merges',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      let forgotten = slice;
      while (forgotten === slice && !signal.aborted) forgotten = await forgetMerges(ctx.db.kysely);
      return undefined;
    },
  });
}

/** Forgets some, and answers of how many. Who merged what, and when, stays. */
export async function forgetMerges(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    update merges set undo = null where id = any(array(
      select id from merges where undo is not null and created_at < now() - ${undoDays} * interval '1 day'
      order by created_at limit ${slice} for update skip locked
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
