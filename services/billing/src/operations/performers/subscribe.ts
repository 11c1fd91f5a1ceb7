import { DomainError } from '@drippulse/errors';
import type Stripe from 'stripe';
import type { Context } from '../../context.ts';
import { requireStripe } from '../../stripe/account.ts';
import { liveSubscriptions, planItem, planOf } from '../../subscriptions/state-of.ts';
import { keyOf } from '../keys.ts';
import { type InputOf, type OperationResult, readInput } from '../operation.ts';
import type { Attempt } from '../rows.ts';
import { endOpenSessions } from './checkout.ts';
import { ownCustomer, subscriptionsOf } from './own-customer.ts';
import { clearEnd } from './scheduled-end.ts';

/**
 * Returns the metadata that marks a subscription as changed by an operation, so that a repeat recognizes its own work
 * even when Stripe has forgotten the idempotency key.
 */
const markOf = ({ key }: Attempt) => ({ drippulse_operation: key });

/** Starts a subscription, or changes the existing one. If the first payment fails, Stripe creates nothing. */
export async function subscribe(ctx: Context, client: Stripe, operation: Attempt): Promise<OperationResult> {
  const input = readInput('subscribe', operation.input);
  const customer = await ownCustomer(ctx, client, operation);
  const live = liveSubscriptions(await subscriptionsOf(client, customer))[0];
  if (live?.metadata['drippulse_operation'] === operation.key)
    return { isNew: live.metadata['drippulse_is_new'] === 'true' };
  if (live === undefined) return begin(ctx, client, operation, { input, customer });
  return change(ctx, client, operation, { input, customer, live });
}

async function begin(
  ctx: Context,
  client: Stripe,
  operation: Attempt,
  { input, customer }: { input: InputOf<'subscribe'>; customer: string },
): Promise<OperationResult> {
  const prices = await requireStripe(ctx).prices();
  const method = await payingMethod(client, operation, { input, customer });
  // An open session could still be paid, and create a second subscription.
  await endOpenSessions(client, operation, customer);
  await client.subscriptions.create(
    {
      customer,
      items: [{ price: prices[input.plan].id, quantity: input.quantity ?? 1 }],
      default_payment_method: method,
      payment_behavior: 'error_if_incomplete',
      metadata: { ...markOf(operation), drippulse_is_new: 'true' },
    },
    keyOf(operation, 'subscription'),
  );
  return { isNew: true };
}

/**
 * Changes a subscription. A higher price is charged immediately; a lower price is credited to the next invoice. A
 * scheduled end is cleared even if plan and quantity stay the same, because the caller wants the plan.
 */
async function change(
  ctx: Context,
  client: Stripe,
  operation: Attempt,
  { input, customer, live }: { input: InputOf<'subscribe'>; customer: string; live: Stripe.Subscription },
): Promise<OperationResult> {
  const prices = await requireStripe(ctx).prices();
  const item = planItem(live);
  const quantity = input.quantity ?? item?.quantity ?? 1;
  const isSame = planOf(live, { plans: ctx.config.plans, prices }) === input.plan && item?.quantity === quantity;
  const keep = clearEnd(live);
  if (isSame && keep === undefined && input.paymentMethod === null) {
    const message = 'The organization is subscribed to this plan.';
    throw new DomainError('already_exists', 'already_subscribed', message);
  }
  const method = input.paymentMethod === null ? undefined : await payingMethod(client, operation, { input, customer });
  await client.subscriptions.update(
    live.id,
    {
      ...(!isSame && {
        items: [{ ...(item && { id: item.id }), price: prices[input.plan].id, quantity }],
        proration_behavior: 'always_invoice',
        payment_behavior: 'error_if_incomplete',
      }),
      ...(method !== undefined && { default_payment_method: method }),
      ...keep,
      metadata: { ...markOf(operation), drippulse_is_new: 'false' },
    },
    keyOf(operation, 'change'),
  );
  return { isNew: false };
}

/**
 * Returns the id of the payment method to charge. A named method is attached to the customer and becomes the default
 * one; otherwise the customer's default method is used.
 */
async function payingMethod(
  client: Stripe,
  operation: Attempt,
  { input, customer }: { input: InputOf<'subscribe'>; customer: string },
): Promise<string> {
  if (input.paymentMethod !== null) {
    const method = await client.paymentMethods.attach(input.paymentMethod, { customer }, keyOf(operation, 'attach'));
    await client.customers.update(
      customer,
      { invoice_settings: { default_payment_method: method.id } },
      keyOf(operation, 'default'),
    );
    return method.id;
  }
  const found = await client.customers.retrieve(customer);
  const method = found.deleted ? null : found.invoice_settings.default_payment_method;
  if (method !== null) return typeof method === 'string' ? method : method.id;
  const message = 'There is no payment method. Give one as payment_method, or use Checkout.';
  throw new DomainError('failed_precondition', 'payment_method_required', message);
}
