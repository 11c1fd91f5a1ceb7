import type Stripe from 'stripe';
import { requireStripe, type StripeAccount } from './account.ts';
import { failureOf } from './failures.ts';

/** Reads from Stripe. A failure is a DomainError: `stripe_unavailable`, or Stripe's refusal. */
export async function askStripe<T>(
  ctx: { stripe: StripeAccount | undefined },
  read: (client: Stripe) => Promise<T>,
): Promise<T> {
  const client = await requireStripe(ctx).client();
  try {
    return await read(client);
  } catch (error) {
    throw failureOf(error).refusal;
  }
}
