import { DomainError } from '@drippulse/errors';
import type Stripe from 'stripe';
import type { Context } from '../../context.ts';
import { findCustomer } from '../../customers/rows.ts';
import { liveSubscriptions } from '../../subscriptions/state-of.ts';
import type { Attempt } from '../rows.ts';
import { subscriptionsOf } from './own-customer.ts';

/**
 * Returns the live subscription of the organization. Throws if the organization has no subscription, or if the
 * subscription has ended. With `mayBeOver`, returns undefined for an ended subscription.
 */
export async function liveSubscription(
  ctx: Context,
  client: Stripe,
  { organization_id: organizationId }: Attempt,
  { mayBeOver }: { mayBeOver: boolean },
): Promise<Stripe.Subscription | undefined> {
  const row = await findCustomer(ctx.db.kysely, organizationId);
  const customer = row?.stripe_customer_id ?? null;
  const all = customer === null ? [] : await subscriptionsOf(client, customer);
  const live = liveSubscriptions(all)[0];
  if (live !== undefined) return live;
  if (all.length === 0) {
    throw new DomainError('failed_precondition', 'not_subscribed', 'The organization has no subscription.');
  }
  if (mayBeOver) return undefined;
  throw new DomainError('failed_precondition', 'subscription_ended', 'The subscription has ended. Subscribe anew.');
}
