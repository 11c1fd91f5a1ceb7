import type { Loop } from '@drippulse/loops';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { forgottenAtOnce, startForgetting } from './start-forgetting.ts';

/** Retention in days. A visitor is not expected to send a page that was opened longer ago. */
const keptDays = 30;

/** Deletes old submissions without a pending enrollment. Their leads stay. */
export function startForgetSubmissions(ctx: Context): Loop {
  return startForgetting(ctx, 'forget submissions', forgetSubmissions);
}

/** Deletes a slice of submissions and returns their number. */
export async function forgetSubmissions(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from lead_form_submissions where ctid = any(array(
      select ctid from lead_form_submissions
      where created_at < now() - ${keptDays} * interval '1 day' and enroll_at is null
      order by created_at limit ${forgottenAtOnce}
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
