import { appendEvents, topicOf } from '@drippulse/events';
import { BillingEventSchema } from '@drippulse/proto/drippulse/billing/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { renewEntitlements } from '../entitlements/renew-entitlements.ts';
import type { Prices } from '../stripe/account.ts';
import { readState, type State, storeState } from '../subscriptions/state.ts';
import { type Fetched, liveSubscriptions, meteredOf, planOf, stateOf } from '../subscriptions/state-of.ts';
import { billingToProto } from './billing-to-proto.ts';
import { reportPlanChange } from './report-plan-change.ts';
import type { CustomerRow } from './rows.ts';

/** A customer that this process has leased. `marks` is the number of marks that the fetch covers. */
export type Claim = { row: CustomerRow; marks: bigint; fence: bigint };

const topic = topicOf(BillingEventSchema);

/**
 * Stores a fetched state if it differs: the state, the event and the audit entry are one transaction. A process that
 * lost its lease writes nothing, because another process has fetched later.
 */
export async function writeFetched(
  ctx: Context,
  claim: Claim,
  { fetched, prices }: { fetched: Fetched; prices: Prices },
): Promise<void> {
  const state = stateOf(fetched, { plans: ctx.config.plans, prices });
  findOddities(ctx, claim, fetched, prices);
  const isDifferent = await ctx.db.kysely.transaction().execute(async (trx) => {
    const row = await lockClaimed(trx, claim);
    if (row === undefined) return false;
    const before = readState(row.state);
    const differs = storeState(before) !== storeState(state);
    await endLease(ctx, trx, claim, {
      state,
      metered: meteredOf(fetched, { prices }),
      isDeleted: fetched.customer === undefined,
    });
    await renewEntitlements(ctx, trx, row.organization_id);
    if (!differs) return false;
    await announce(ctx, trx, row.organization_id);
    await reportPlanChange(trx, { organizationId: row.organization_id, before, after: state });
    return true;
  });
  if (isDifferent) ctx.metrics.differed(claim.row.mark_source ?? 'hook');
}

async function lockClaimed(trx: Transaction<DB>, { row, fence }: Claim): Promise<CustomerRow | undefined> {
  return trx
    .selectFrom('customers')
    .selectAll()
    .where('organization_id', '=', row.organization_id)
    .where('fence', '=', fence)
    .forUpdate()
    .executeTakeFirst();
}

/**
 * Ends the lease. The days of a failed payment are counted from the first fetch that found the failure. A payment ends
 * the reminders.
 */
async function endLease(
  ctx: Context,
  trx: Transaction<DB>,
  { row, marks }: Claim,
  { state, metered, isDeleted }: { state: State; metered: string[]; isDeleted: boolean },
): Promise<void> {
  const isPastDue = state.status === 'past_due' || state.status === 'unpaid';
  await sql`
    update customers
    set state = ${storeState(state)}::json, metered = ${metered}::text[], fetched_marks = ${marks}, fetched_at = ${ctx.dbNow}, failures = 0, leased_until = null,
      sequence = sequence + case when state::text is distinct from ${storeState(state)} then 1 else 0 end,
      past_due_since = case when ${isPastDue} then coalesce(past_due_since, ${ctx.dbNow}) end,
      dunning_step = case when ${isPastDue} then dunning_step else 0 end,
      stripe_customer_id = case when ${isDeleted} then null else stripe_customer_id end
    where organization_id = ${row.organization_id}`.execute(trx);
}

async function announce(ctx: Context, trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  const row = await trx
    .selectFrom('customers')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .executeTakeFirstOrThrow();
  const value = { billing: billingToProto(row, ctx.config) };
  await appendEvents(trx, topic, [
    {
      organizationId,
      aggregate: `subscription:${organizationId}`,
      sequence: row.sequence,
      payload: { case: 'subscriptionUpdated', value },
    },
  ]);
}

/** Reports states at Stripe that this service never makes, so that an operator can look into them. */
function findOddities(ctx: Context, { row }: Claim, { subscriptions }: Fetched, prices: Prices): void {
  const live = liveSubscriptions(subscriptions);
  const about = { organization_id: String(row.organization_id), stripe_customer: row.stripe_customer_id };
  if (live.length > 1) {
    ctx.metrics.odd('several_subscriptions');
    ctx.log.error(
      { ...about, subscriptions: live.map(({ id }) => id) },
      'a customer of Stripe has several subscriptions',
    );
  }
  const [first] = live;
  if (first !== undefined && planOf(first, { plans: ctx.config.plans, prices }) === undefined) {
    ctx.metrics.odd('unknown_price');
    ctx.log.error({ ...about, subscription: first.id }, 'a subscription has a price of no plan, so that it gives none');
  }
}
