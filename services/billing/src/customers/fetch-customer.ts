import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { requireStripe } from '../stripe/account.ts';
import { away, failureOf } from '../stripe/failures.ts';
import type { Fetched } from '../subscriptions/state-of.ts';
import { type CustomerRow, findCustomer, type MarkSource, markCustomers } from './rows.ts';
import { type Claim, writeFetched } from './write-fetched.ts';

const pollMs = 50;

/**
 * Fetches the current state of an organization from Stripe, and stores it. Every sign of a change has this effect:
 * hooks, the platform's own writes, the return from Checkout, and the sweep. The order of these signs therefore does
 * not matter: the last fetch after the last change always gives the same state. If another process is fetching, waits
 * until a fetch that began after the call has ended.
 */
export async function fetchNow(ctx: Context, organizationId: bigint, source: MarkSource): Promise<void> {
  await markCustomers(ctx, ctx.db.kysely, { organizationId }, source);
  const marked = await findCustomer(ctx.db.kysely, organizationId);
  if (marked === undefined) return;
  const until = performance.now() + 2 * ctx.config.stripeTimeoutMs;
  for (;;) {
    const claim = await claimCustomer(ctx, organizationId);
    if (claim !== undefined) await fetchClaimed(ctx, claim);
    const row = await findCustomer(ctx.db.kysely, organizationId);
    if (row === undefined || row.fetched_marks >= marked.marks) return;
    if (performance.now() > until) throw away();
    await sleep(pollMs);
  }
}

/**
 * Leases a due customer: the customer of the given organization, or else the customer that has waited longest. Returns
 * undefined when no customer is due, or when another process has leased it.
 */
export async function claimCustomer(ctx: Context, organizationId?: bigint): Promise<Claim | undefined> {
  const which = organizationId === undefined ? sql`due_at <= ${ctx.dbNow}` : sql`organization_id = ${organizationId}`;
  const { rows } = await sql<CustomerRow>`
    update customers
    set fence = fence + 1, leased_until = ${ctx.dbNow} + ${ctx.config.leaseMs} * interval '1 ms'
    where organization_id = (
      select organization_id from customers
      where marks > fetched_marks and ${which} and (leased_until is null or leased_until <= ${ctx.dbNow})
      order by due_at limit 1 for update skip locked)
    returning *`.execute(ctx.db.kysely);
  const [row] = rows;
  return row && { row, marks: row.marks, fence: row.fence };
}

/** Fetches a leased customer, and ends the lease. A failure postpones the next attempt, and is rethrown. */
export async function fetchClaimed(ctx: Context, claim: Claim): Promise<void> {
  try {
    const fetched = await fetchOf(ctx, claim.row.stripe_customer_id);
    const prices = await requireStripe(ctx).prices();
    await writeFetched(ctx, claim, { fetched, prices });
    ctx.metrics.fetched('ok');
  } catch (error) {
    await putOff(ctx, claim);
    ctx.metrics.fetched('failed');
    throw error;
  }
  ctx.relay.wake();
  ctx.wake.pushes();
}

/** Fetches subscriptions and customer, with their payment methods. */
async function fetchOf(ctx: Context, stripeId: string | null): Promise<Fetched> {
  if (stripeId === null) return { subscriptions: [], customer: undefined };
  const client = await requireStripe(ctx).client();
  try {
    const customer = await client.customers.retrieve(stripeId, { expand: ['invoice_settings.default_payment_method'] });
    if (customer.deleted) return { subscriptions: [], customer: undefined };
    const subscriptions = await client.subscriptions
      .list({ customer: stripeId, status: 'all', limit: 100, expand: ['data.default_payment_method'] })
      .autoPagingToArray({ limit: 1000 });
    return { subscriptions, customer };
  } catch (error) {
    throw failureOf(error).refusal;
  }
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** Ends the lease after a failure, with a pause that doubles up to half a minute. */
async function putOff(ctx: Context, { row, fence }: Claim): Promise<void> {
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(row.failures, 10), longestPauseMs);
  await sql`
    update customers
    set failures = failures + 1, leased_until = null, due_at = ${ctx.dbNow} + ${pauseMs} * interval '1 ms'
    where organization_id = ${row.organization_id} and fence = ${fence}`.execute(ctx.db.kysely);
}
