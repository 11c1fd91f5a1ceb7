import type Stripe from 'stripe';
import type { Context } from '../../context.ts';
import { findCustomer } from '../../customers/rows.ts';
import { customerParams } from '../../settings/customer-params.ts';
import { findSettings } from '../../settings/rows.ts';
import { keyOf } from '../keys.ts';
import type { Attempt } from '../rows.ts';

/**
 * Returns the id of the organization's customer at Stripe. The first write creates the customer, and stores the id
 * before it is used.
 */
export async function ownCustomer(ctx: Context, client: Stripe, operation: Attempt): Promise<string> {
  const { organization_id: organizationId } = operation;
  const row = await findCustomer(ctx.db.kysely, organizationId);
  if (typeof row?.stripe_customer_id === 'string') return row.stripe_customer_id;
  const settings = await findSettings(ctx.db.kysely, organizationId);
  const made = await client.customers.create(
    { ...customerParams(settings), metadata: { organization_id: String(organizationId) } },
    keyOf(operation, 'customer'),
  );
  await ctx.db.kysely
    .updateTable('customers')
    .set({ stripe_customer_id: made.id })
    .where('organization_id', '=', organizationId)
    .where('stripe_customer_id', 'is', null)
    .execute();
  return made.id;
}

/** Lists all subscriptions of a customer, as they are now. */
export async function subscriptionsOf(client: Stripe, customer: string): Promise<Stripe.Subscription[]> {
  return client.subscriptions.list({ customer, status: 'all', limit: 100 }).autoPagingToArray({ limit: 1000 });
}
