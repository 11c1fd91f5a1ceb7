import type { Event, Subscription } from './objects.ts';
import type { FakeStripe } from './start.ts';

/** The subscription of a customer, as the platform must store it. Times are in seconds since 1970. */
export type SubscriptionState = {
  plan: string;
  status: string;
  subscription: string;
  quantity: number;
  amount_cents: number;
  cancel_at: number | null;
  current_period_end: number | null;
  last4: string | undefined;
};

/** Returns the subscriptions of a customer, the oldest first. Ended subscriptions are included. */
export function subscriptionsOf({ account }: FakeStripe, customer: string): Subscription[] {
  return [...account.subscriptions.values()].filter((one) => one.customer === customer);
}

/** Returns the subscription of a customer that has not ended. A customer has at most one. */
export function liveOf(stripe: FakeStripe, customer: string): Subscription | undefined {
  return subscriptionsOf(stripe, customer).find(({ status }) => status !== 'canceled');
}

/**
 * Returns the expected state of a customer: that of the live subscription, or else that of the newest ended one. It is
 * derived from the objects of the fake, without the code of the platform. Throws if the customer never subscribed.
 */
export function stateAtStripe(stripe: FakeStripe, customerId: string): SubscriptionState {
  const shown = liveOf(stripe, customerId) ?? subscriptionsOf(stripe, customerId).at(-1);
  const [item] = shown?.items.data ?? [];
  if (shown === undefined || item === undefined) throw new Error(`${customerId} never subscribed`);
  const isOver = shown.status === 'canceled';
  const customer = stripe.account.customers.get(customerId);
  const card = shown.default_payment_method ?? customer?.invoice_settings.default_payment_method ?? '';
  const { price, quantity = 1, current_period_end } = item;
  const end = shown.cancel_at ?? (shown.cancel_at_period_end ? current_period_end : null);
  return {
    plan: isOver ? 'free' : price.product.replace('prod_', ''),
    status: shown.status,
    subscription: shown.id,
    quantity,
    amount_cents: price.unit_amount * quantity,
    cancel_at: isOver ? null : end,
    current_period_end: isOver ? null : current_period_end,
    last4: stripe.account.methods.get(card)?.card.last4,
  };
}

/** Returns the events about a customer and its subscriptions, sessions and invoices, the oldest first. */
export function eventsOf({ account }: FakeStripe, customer: string): Event[] {
  return account.events.filter(({ data: { object } }) => {
    // Every object in an event of the fake has one of these members.
    const { id, customer: owner } = object as { id?: string; customer?: string };
    return id === customer || owner === customer;
  });
}
