import type Stripe from 'stripe';
import { monthlyMeters } from '../plans/meters.ts';
import type { OverageMeter } from '../plans/overage.ts';
import { type BoughtPlan, boughtPlans, type Plans } from '../plans/read-plans.ts';
import type { Prices } from '../stripe/account.ts';
import { freeState, type State, type Status, type StoredPaymentMethod, statuses } from './state.ts';

/** The fetched objects of a customer. */
export type Fetched = {
  subscriptions: readonly Stripe.Subscription[];
  /** Undefined when the customer was deleted at Stripe. */
  customer: Stripe.Customer | undefined;
};

type Known = { plans: Plans; prices: Prices };

/**
 * Combines Stripe's objects of an organization into one state. The order in which Stripe lists subscriptions makes no
 * difference.
 */
export function stateOf({ subscriptions, customer }: Fetched, known: Known): State {
  if (customer === undefined) return freeState;
  const subscription = countedSubscription(subscriptions);
  if (subscription === undefined) return { ...freeState, payment_method: defaultMethod(customer, undefined) };
  const status = statusOf(subscription);
  const item = planItem(subscription);
  const plan = planOf(subscription, known);
  const cancelAt = subscription.cancel_at ?? (subscription.cancel_at_period_end ? periodEnd(subscription) : null);
  const isOver = status === 'canceled';
  return {
    plan: plansCount.has(status) ? (plan ?? 'free') : 'free',
    status,
    subscription: subscription.id,
    quantity: item?.quantity ?? 1,
    currency: subscription.currency,
    amount_cents: amountOf(subscription),
    cancel_at_period_end: subscription.cancel_at_period_end,
    cancel_at: isOver ? null : cancelAt,
    current_period_end: isOver ? null : periodEnd(subscription),
    trial_end: subscription.trial_end,
    payment_method: defaultMethod(customer, subscription),
  };
}

/**
 * States in which the plan applies. An unpaid subscription keeps its plan, but after the grace period new enrollments
 * of its organization are held.
 */
const plansCount: ReadonlySet<Status> = new Set(['active', 'trialing', 'past_due', 'unpaid']);
/**
 * States in which a subscription can still be changed. If an organization has several such subscriptions, the one whose
 * state is earliest in this list is used.
 */
const liveOrder: readonly Status[] = ['active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete'];

/** Returns the subscriptions that have not ended. Only the first one is used. */
export function liveSubscriptions(subscriptions: readonly Stripe.Subscription[]): Stripe.Subscription[] {
  const rank = (subscription: Stripe.Subscription) => liveOrder.indexOf(statusOf(subscription));
  return subscriptions
    .filter((subscription) => rank(subscription) >= 0)
    .toSorted((a, b) => rank(a) - rank(b) || newestFirst(a, b));
}

/** Returns the subscription that has not ended. If every subscription has ended, returns the newest one. */
function countedSubscription(subscriptions: readonly Stripe.Subscription[]): Stripe.Subscription | undefined {
  return liveSubscriptions(subscriptions)[0] ?? subscriptions.toSorted(newestFirst)[0];
}

function newestFirst(a: Stripe.Subscription, b: Stripe.Subscription): number {
  return b.created - a.created || (a.id < b.id ? 1 : -1);
}

/**
 * Returns the status of a subscription. A status that this version does not support becomes `none`, which gives no
 * plan.
 */
function statusOf({ status }: Stripe.Subscription): Status {
  return status === 'incomplete_expired' ? 'canceled' : (statuses.find((known) => known === status) ?? 'none');
}

/**
 * Returns the plan of a subscription. Finds it by the lookup key of the price, or else by the product, because a
 * product is kept when its price is replaced.
 */
export function planOf(subscription: Stripe.Subscription, { plans, prices }: Known): BoughtPlan | undefined {
  const price = planItem(subscription)?.price;
  if (price === undefined) return undefined;
  const product = typeof price.product === 'string' ? price.product : price.product.id;
  return (
    boughtPlans.find((plan) => plans.lookupKeyOf[plan] === price.lookup_key) ??
    boughtPlans.find((plan) => prices[plan].product === product)
  );
}

/** Returns the earliest end of the paid periods of the items; null without items. */
function periodEnd({ items }: Stripe.Subscription): number | null {
  const ends = items.data.map((item) => item.current_period_end);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Returns the item of the plan. All other items are for use beyond the plan. */
export function planItem({ items }: Stripe.Subscription): Stripe.SubscriptionItem | undefined {
  return items.data.find(isLicensed);
}

function isLicensed({ price }: Stripe.SubscriptionItem): boolean {
  return price.recurring?.usage_type !== 'metered';
}

/** Returns the meters whose use beyond the plan is charged: meters for which the current subscription has an item. */
export function meteredOf({ subscriptions }: Fetched, { prices }: Pick<Known, 'prices'>): OverageMeter[] {
  const [live] = liveSubscriptions(subscriptions);
  if (live === undefined) return [];
  const ids = new Set(live.items.data.map(({ price }) => price.id));
  return monthlyMeters.filter((meter) => ids.has(prices.metered[meter]?.id ?? ''));
}

function amountOf({ items }: Stripe.Subscription): number | null {
  const amounts = items.data
    .filter(isLicensed)
    .map(({ price, quantity }) => (price.unit_amount ?? 0) * (quantity ?? 1));
  return amounts.length === 0 ? null : amounts.reduce((sum, amount) => sum + amount, 0);
}

/** Returns the payment method of the subscription, else the customer's. Both methods are fetched with their objects. */
function defaultMethod(
  customer: Stripe.Customer,
  subscription: Stripe.Subscription | undefined,
): StoredPaymentMethod | null {
  const method = subscription?.default_payment_method ?? customer.invoice_settings.default_payment_method;
  return typeof method === 'object' && method !== null ? shownMethod(method) : null;
}

/** Returns the members of a payment method that may be shown. */
export function shownMethod(method: Stripe.PaymentMethod): StoredPaymentMethod {
  const { id, type, card, sepa_debit: sepa, us_bank_account: bank } = method;
  return {
    id,
    type,
    brand: card?.brand ?? null,
    last4: card?.last4 ?? sepa?.last4 ?? bank?.last4 ?? null,
    exp_month: card?.exp_month ?? null,
    exp_year: card?.exp_year ?? null,
  };
}
