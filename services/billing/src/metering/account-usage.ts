import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { readMonths } from '../entitlements/ceilings.ts';
import { limitsOf, toUnits } from '../entitlements/content.ts';
import { renewEntitlements } from '../entitlements/renew-entitlements.ts';
import { monthlyMeters } from '../plans/meters.ts';
import { accountUse, leftOf, type MeteredMonth, type OverageMeter } from '../plans/overage.ts';
import { mayOverrun, readState } from '../subscriptions/state.ts';

/**
 * A month in UTC. `isFinal` says that the month ended so long ago that no more usage is counted in it. `isNew` says
 * that the usage so far costs nothing.
 */
export type MeteredPeriod = { month: Date; isCurrent: boolean; isFinal: boolean; isNew: boolean };

type Customer = { state: string; metered: string[]; spend_cap_cents: bigint | null };

/**
 * Charges the use beyond the plan since the last check, up to the spend cap. The month, the hour to send to Stripe, and
 * the resulting ceilings are written in one transaction. A repeated or outdated count of usage adds nothing.
 */
export async function accountUsage(
  ctx: Context,
  organizationId: bigint,
  period: MeteredPeriod,
  uses: ReadonlyMap<OverageMeter, bigint>,
): Promise<void> {
  const isChanged = await ctx.db.kysely.transaction().execute(async (trx) => {
    // The lock serializes concurrent checks.
    const { rows } = await sql<Customer>`
      select state, metered, spend_cap_cents from customers left join settings using (organization_id)
      where organization_id = ${organizationId} for update of customers`.execute(trx);
    const [customer] = rows;
    if (customer === undefined) return false;
    await accountMeters(ctx, trx, organizationId, { period, uses, customer });
    // The entitlements are renewed even if no use was charged, because the whole cap is available again in a new month.
    return renewEntitlements(ctx, trx, organizationId);
  });
  ctx.wake.hours();
  if (!isChanged) return;
  ctx.relay.wake();
  ctx.wake.pushes();
}

async function accountMeters(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  o: { period: MeteredPeriod; uses: ReadonlyMap<OverageMeter, bigint>; customer: Customer },
): Promise<void> {
  const { period, uses, customer } = o;
  const { plans } = ctx.config;
  const state = readState(customer.state);
  const limits = limitsOf(plans, state);
  const months = new Map<OverageMeter, MeteredMonth>(await readMonths(trx, organizationId, period.month));
  const before = await readMonths(trx, organizationId, monthBefore(period.month));
  for (const meter of monthlyMeters) {
    const [rate, limit, used] = [plans.overage[meter], limits[meter], uses.get(meter)];
    if (rate === undefined || limit === null || used === undefined) continue;
    // A month that begins later starts at zero.
    const known = months.get(meter) ?? { used: before.has(meter) ? 0n : used, charged: 0n };
    const isCharged = !period.isNew && mayOverrun(state) && customer.metered.includes(meter);
    const { added, ...month } = accountUse(known, {
      used,
      included: toUnits(meter, limit),
      left: isCharged ? leftOf(plans.overage, customer.spend_cap_cents ?? 0n, months) : 0n,
      nanocents: rate.nanocents,
    });
    months.set(meter, month);
    await storeMonth(trx, organizationId, meter, { ...period, ...month });
    if (added > 0n) await addToHour(ctx, trx, organizationId, { meter, period, added });
  }
}

async function storeMonth(
  trx: Transaction<DB>,
  organizationId: bigint,
  meter: OverageMeter,
  { month, isFinal, used, charged }: MeteredPeriod & MeteredMonth,
): Promise<void> {
  await sql`
    insert into metered_months (organization_id, meter, month, used, charged, is_final)
    values (${organizationId}, ${meter}, ${month}, ${used}, ${charged}, ${isFinal})
    on conflict (organization_id, meter, month) do update
      set used = excluded.used, charged = excluded.charged, is_final = excluded.is_final`.execute(trx);
}

/**
 * Adds charged usage to an hour, which is sent to Stripe after its end. Usage that is found after the end of its month
 * belongs to the last hour of the month, which is sent again.
 */
async function addToHour(
  { dbNow }: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  { meter, period, added }: { meter: OverageMeter; period: MeteredPeriod; added: bigint },
): Promise<void> {
  const hour = period.isCurrent
    ? sql`date_trunc('hour', ${dbNow}, 'UTC')`
    : sql`${new Date(monthAfter(period.month).getTime() - 3_600_000)}::timestamptz`;
  await sql`
    insert into metered_hours (organization_id, meter, hour, quantity, due_at)
    select ${organizationId}, ${meter}, hour, ${added}, greatest(${dbNow}, hour + interval '61 minutes')
    from (select ${hour} as hour) as own
    on conflict (organization_id, meter, hour) do update
      set quantity = metered_hours.quantity + excluded.quantity, due_at = excluded.due_at`.execute(trx);
}

export function monthAfter(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1));
}

function monthBefore(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - 1));
}
