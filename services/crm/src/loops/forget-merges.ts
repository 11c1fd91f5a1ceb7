import type { Loop } from '@drippulse/loops';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { undoDays } from '../merges/merge.ts';
import { forgottenAtOnce, startForgetting } from './start-forgetting.ts';

/** Forgets what it takes to undo merges that can no longer be undone: values of people that nobody may need. */
export function startForgetMerges(ctx: Context): Loop {
  return startForgetting(ctx, 'forget merges', forgetMerges);
}

/** Forgets some, and answers of how many. Who merged what, and when, stays. */
export async function forgetMerges(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    update merges set undo = null where id = any(array(
      select id from merges where undo is not null and created_at < now() - ${undoDays} * interval '1 day'
      order by created_at limit ${forgottenAtOnce} for update skip locked
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
