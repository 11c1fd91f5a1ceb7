import type { Loop } from '@drippulse/loops';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { undoDays } from '../merges/merge.ts';
import { forgottenAtOnce, startForgetting } from './start-forgetting.ts';

/** Deletes the undo data of old merges, which is personal data that is no longer needed. */
export function startForgetMerges(ctx: Context): Loop {
  return startForgetting(ctx, 'forget merges', forgetMerges);
}

/** Deletes the undo data of a slice of merges and returns their number. The merges themselves stay. */
export async function forgetMerges(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    update merges set undo = null where id = any(array(
      select id from merges where undo is not null and created_at < now() - ${undoDays} * interval '1 day'
      order by created_at limit ${forgottenAtOnce} for update skip locked
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
