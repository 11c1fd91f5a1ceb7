import type { Context } from '../context.ts';
import { markCustomers } from '../customers/rows.ts';
import { limitsOf } from '../entitlements/content.ts';
import { monthlyMeters } from '../plans/meters.ts';
import { requireStripe } from '../stripe/account.ts';
import { failureOf } from '../stripe/failures.ts';
import { mayOverrun, readState } from '../subscriptions/state.ts';
import type { UsageClaim } from './claim-usage.ts';

/**
 * Adds the metered prices to the subscription of an organization that has set a spend cap for use beyond its plan. Each
 * idempotency key consists of the subscription and the price, so that a repeat adds nothing. The fetch that follows
 * finds the items, and only then may the limits be exceeded.
 */
export async function addItems(ctx: Context, customer: UsageClaim): Promise<void> {
  const { organization_id: organizationId, metered } = customer;
  const state = readState(customer.state);
  const { subscription } = state;
  if (subscription === null || !mayOverrun(state)) return;
  const { plans } = ctx.config;
  const limits = limitsOf(plans, state);
  const wanted = monthlyMeters.filter(
    (meter) => plans.overage[meter] !== undefined && limits[meter] !== null && !metered.includes(meter),
  );
  if (wanted.length === 0) return;
  const account = requireStripe(ctx);
  const prices = (await account.prices()).metered;
  const missing = wanted.flatMap((meter) => prices[meter]?.id ?? []);
  if (missing.length === 0) return;
  const client = await account.client();
  try {
    for (const price of missing) {
      const idempotencyKey = `drippulse:metered:${subscription}:${price}`;
      await client.subscriptionItems.create({ subscription, price }, { idempotencyKey });
    }
  } catch (error) {
    throw failureOf(error).refusal;
  } finally {
    await markCustomers(ctx, ctx.db.kysely, { organizationId }, 'write');
    ctx.wake.fetches();
  }
}
