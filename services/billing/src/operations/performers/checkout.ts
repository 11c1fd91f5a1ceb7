import { DomainError } from '@drippulse/errors';
import type Stripe from 'stripe';
import type { Context } from '../../context.ts';
import { requireStripe } from '../../stripe/account.ts';
import { liveSubscriptions } from '../../subscriptions/state-of.ts';
import { keyOf } from '../keys.ts';
import { type OperationResult, readInput } from '../operation.ts';
import type { Attempt } from '../rows.ts';
import { ownCustomer, subscriptionsOf } from './own-customer.ts';

/** Starts a Checkout session. Ends earlier sessions, so that only one session can be paid. */
export async function checkout(ctx: Context, client: Stripe, operation: Attempt): Promise<OperationResult> {
  const { plan, successUrl, cancelUrl } = readInput('checkout', operation.input);
  const customer = await ownCustomer(ctx, client, operation);
  if (liveSubscriptions(await subscriptionsOf(client, customer)).length > 0) {
    const message = 'The organization has a subscription. POST /billing/subscribe changes its plan.';
    throw new DomainError('already_exists', 'already_subscribed', message);
  }
  const prices = await requireStripe(ctx).prices();
  const own = operation.attempts > 1 ? await ownSession(client, operation, customer) : undefined;
  if (own !== undefined) return own;
  await endOpenSessions(client, operation, customer);
  const session = await client.checkout.sessions.create(
    {
      mode: 'subscription',
      customer,
      line_items: [{ price: prices[plan].id, quantity: 1 }],
      success_url: successUrl,
      cancel_url: cancelUrl,
      client_reference_id: String(operation.organization_id),
      metadata: { drippulse_operation: operation.key },
    },
    keyOf(operation, 'session'),
  );
  return { url: session.url ?? '', id: session.id };
}

/**
 * Finds the session that an earlier attempt has started. Ending that session and repeating its key would return the
 * ended session.
 */
async function ownSession(client: Stripe, { key }: Attempt, customer: string): Promise<OperationResult | undefined> {
  const { data } = await client.checkout.sessions.list({ customer, status: 'open', limit: 100 });
  const own = data.find(({ metadata }) => metadata?.['drippulse_operation'] === key);
  return own && { url: own.url ?? '', id: own.id };
}

/** Ends the sessions of a customer that could still be paid. */
export async function endOpenSessions(client: Stripe, operation: Attempt, customer: string): Promise<void> {
  const { data } = await client.checkout.sessions.list({ customer, status: 'open', limit: 100 });
  for (const { id } of data) await client.checkout.sessions.expire(id, {}, keyOf(operation, `expire:${id}`));
}
