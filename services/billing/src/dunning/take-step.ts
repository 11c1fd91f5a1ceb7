import { appendAudit } from '@drippulse/service';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { renewEntitlements } from '../entitlements/renew-entitlements.ts';
import { addNotice } from '../notices/notice-jobs.ts';
import { graceDays, holdsAfterMs, stepDays } from '../plans/grace.ts';

type Due = { organization_id: bigint; past_due_since: Date; dunning_step: number };

/**
 * Takes the next due step of one failed payment: a reminder, or the end of the grace period. The step, its mail and the
 * entitlements are written in one transaction, so each step happens once. If steps were missed while no process ran,
 * only the last step is taken. Returns whether a step was due.
 */
export async function takeStep(ctx: Context): Promise<boolean> {
  const dayOf = sql`(array[${sql.join(stepDays.map((day) => sql.lit(day)))}])`;
  const isTaken = await ctx.db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<Due>`
      select organization_id, past_due_since, dunning_step from customers
      where past_due_since is not null and dunning_step < ${stepDays.length}
        and past_due_since + ${dayOf}[dunning_step + 1] * interval '1 day' <= ${ctx.dbNow}
      order by past_due_since limit 1 for update`.execute(trx);
    const [due] = rows;
    if (due === undefined) return false;
    const { organization_id: organizationId, past_due_since: since } = due;
    const { rows: passed } = await sql<{ step: number }>`
      update customers
      set dunning_step = (select count(*) from unnest(${dayOf}) as day where past_due_since + day * interval '1 day' <= ${ctx.dbNow})
      where organization_id = ${organizationId} returning dunning_step as step`.execute(trx);
    const day = stepDays[(passed[0]?.step ?? 1) - 1] ?? graceDays;
    if (day < graceDays) {
      const holdsAt = new Date(since.getTime() + holdsAfterMs).toISOString();
      await addNotice(trx, organizationId, {
        kind: 'past_due',
        key: `past due ${since.toISOString()} ${day}`,
        day,
        holdsAt,
      });
      return true;
    }
    // A fetch may have renewed the entitlements just before.
    await renewEntitlements(ctx, trx, organizationId);
    await appendAudit(trx, {
      organizationId,
      name: 'plan.changed',
      resourceId: '',
      actor: { type: 'service', id: 'billing' },
      before: { entries_held: false },
      after: { entries_held: true },
    });
    return true;
  });
  if (!isTaken) return false;
  ctx.relay.wake();
  ctx.wake.notices();
  ctx.wake.pushes();
  return true;
}
