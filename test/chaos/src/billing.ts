import type { SubscriptionState } from '@drippulse/fake-providers/stripe-billing';

/** The organizations that subscribe to plans. */
export const payingOrganizations = [30n, 31n, 32n];

/**
 * The subscription of an organization at Stripe at the end of the load, the number of subscriptions that were requested
 * for it, and the number that exist at Stripe, including ended ones.
 */
export type AtStripe = {
  organizationId: bigint;
  subscriptions: { wanted: number; made: number };
  state: SubscriptionState;
};
