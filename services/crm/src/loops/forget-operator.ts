import type { Loop } from '@drippulse/loops';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { forgottenAtOnce, startForgetting } from './start-forgetting.ts';

/** Applied plans are kept as long as the log, because the log offers to apply them again. */
const keptDays = 365;
const unappliedDays = 30;

export function startForgetOperatorActivities(ctx: Context): Loop {
  return startForgetting(ctx, 'forget operator activities', forgetActivities);
}

export function startForgetOperatorPlans(ctx: Context): Loop {
  return startForgetting(ctx, 'forget operator plans', forgetPlans);
}

/** Deletes a slice of old log lines and returns their number. */
export async function forgetActivities(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from operator_activities where ctid = any(array(
      select ctid from operator_activities
      where created_at < now() - ${keptDays} * interval '1 day'
      order by created_at limit ${forgottenAtOnce}
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** Deletes a slice of old plans and returns their number. */
export async function forgetPlans(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from operator_plans where ctid = any(array(
      select ctid from operator_plans
      where created_at < now() - ${unappliedDays} * interval '1 day'
        and (applied_at is null or created_at < now() - ${keptDays} * interval '1 day')
      order by created_at limit ${forgottenAtOnce}
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
