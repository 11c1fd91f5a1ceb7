import type { FakeStripe, Subscription } from '@drippulse/fake-providers/stripe-billing';

/** The organizations that subscribe to plans. */
export const payingOrganizations = [30n, 31n, 32n];

/** The plans that can be bought. */
export const plans = ['starter', 'growth', 'scale'];

/** The subscription of an organization, as the platform must know it. Times are in seconds since 1970. */
export type KnownSubscription = {
  plan: string;
  status: string;
  subscription: string;
  quantity: number;
  amount_cents: number;
  cancel_at: number | null;
  current_period_end: number | null;
  last4: string | undefined;
};

/**
 * The subscription of an organization at Stripe at the end of the load, and how many subscriptions it got: those that
 * were asked for, and those at Stripe, which include ended ones.
 */
export type AtStripe = {
  organizationId: bigint;
  subscriptions: { wanted: number; made: number };
  state: KnownSubscription | undefined;
};

/** The subscriptions of a customer, the oldest first. */
export function subscriptionsOf({ account }: FakeStripe, customer: string): Subscription[] {
  return [...account.subscriptions.values()].filter((one) => one.customer === customer);
}

/** The subscription of a customer that has not ended. A customer has at most one. */
export function liveOf(stripe: FakeStripe, customer: string): Subscription | undefined {
  return subscriptionsOf(stripe, customer).find(({ status }) => status !== 'canceled');
}

/** Reads the state of a customer from Stripe, without the code of the platform. */
export function stateAtStripe(stripe: FakeStripe, customerId: string): KnownSubscription | undefined {
  const counted = liveOf(stripe, customerId) ?? subscriptionsOf(stripe, customerId).at(-1);
  const [item] = counted?.items.data ?? [];
  if (counted === undefined || item === undefined) return undefined;
  const isOver = counted.status === 'canceled';
  const customer = stripe.account.customers.get(customerId);
  const card = counted.default_payment_method ?? customer?.invoice_settings.default_payment_method ?? '';
  const { price, quantity = 1, current_period_end } = item;
  const end = counted.cancel_at ?? (counted.cancel_at_period_end ? current_period_end : null);
  return {
    plan: isOver ? 'free' : price.product.replace('prod_', ''),
    status: counted.status,
    subscription: counted.id,
    quantity,
    amount_cents: price.unit_amount * quantity,
    cancel_at: isOver ? null : end,
    current_period_end: isOver ? null : current_period_end,
    last4: stripe.account.methods.get(card)?.card.last4,
  };
}
