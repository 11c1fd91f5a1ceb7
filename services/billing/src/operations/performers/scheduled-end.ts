import type Stripe from 'stripe';

/**
 * Returns the update that clears the scheduled end of a subscription; undefined if no end is scheduled. Stripe stores
 * an end in one of two forms.
 */
export function clearEnd({ cancel_at_period_end, cancel_at }: Stripe.Subscription) {
  if (cancel_at_period_end) return { cancel_at_period_end: false };
  return cancel_at === null ? undefined : { cancel_at: '' as const };
}
