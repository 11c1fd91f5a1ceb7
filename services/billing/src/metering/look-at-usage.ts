import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { accountUsage, type MeteredPeriod, monthAfter } from './account-usage.ts';
import { addItems } from './add-items.ts';
import { askUsage } from './ask-usage.ts';
import { claimUsage } from './claim-usage.ts';
import { oldestDays } from './send-hour.ts';

/** Time after the end of a month during which services may still count usage in the month. */
const settleMs = 3_600_000;

/**
 * Checks the usage of one due organization that pays for use beyond its plan: charges new usage, and adds the items for
 * it to the subscription. Returns whether an organization was due.
 */
export async function lookAtUsage(ctx: Context): Promise<boolean> {
  const customer = await claimUsage(ctx);
  if (customer === undefined) return false;
  await charge(ctx, customer.organization_id, { isNew: customer.is_new });
  // The items are added after the first check, so that earlier use is not charged.
  await addItems(ctx, customer);
  return true;
}

/** Charges the use of an organization since the last check. Call it before the organization's cap changes. */
export async function chargeNow(ctx: Context, organizationId: bigint): Promise<void> {
  await charge(ctx, organizationId, { isNew: false });
}

async function charge(ctx: Context, organizationId: bigint, { isNew }: { isNew: boolean }): Promise<void> {
  for (const period of await periodsOf(ctx, organizationId)) {
    await accountUsage(ctx, organizationId, { ...period, isNew }, await askUsage(ctx, organizationId, period.month));
  }
}

/** Returns the current month, and the past months whose use was not checked since they ended. */
async function periodsOf({ db, dbNow }: Context, organizationId: bigint): Promise<Omit<MeteredPeriod, 'isNew'>[]> {
  const { rows } = await sql<{ month: Date; current: Date; now: Date }>`
    with present as (select ${dbNow} as now, date_trunc('month', ${dbNow}, 'UTC') as current)
    select distinct coalesce(month, current) as month, current, now from present
    left join metered_months on organization_id = ${organizationId} and not is_final and month < current
      and month > now - (${oldestDays} + 31) * interval '1 day'
    union select current, current, now from present
    order by month`.execute(db.kysely);
  return rows.map(({ month, current, now }) => {
    const isCurrent = month.getTime() === current.getTime();
    return { month, isCurrent, isFinal: !isCurrent && now.getTime() > monthAfter(month).getTime() + settleMs };
  });
}
