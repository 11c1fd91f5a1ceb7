import type Stripe from 'stripe';
import type { Context } from '../../context.ts';
import { keyOf } from '../keys.ts';
import { type OperationResult, readInput } from '../operation.ts';
import type { Attempt } from '../rows.ts';
import { ownCustomer } from './own-customer.ts';

/** Opens a session of Stripe's customer portal. */
export async function portal(ctx: Context, client: Stripe, operation: Attempt): Promise<OperationResult> {
  const { returnUrl } = readInput('portal', operation.input);
  const customer = await ownCustomer(ctx, client, operation);
  const session = await client.billingPortal.sessions.create(
    { customer, return_url: returnUrl },
    keyOf(operation, 'portal'),
  );
  return { url: session.url, id: session.id };
}
