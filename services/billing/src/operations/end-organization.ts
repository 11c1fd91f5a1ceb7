import type { Database } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { DB } from '../db/schema.ts';
import type { StripeAccount } from '../stripe/account.ts';
import { askStripe } from '../stripe/ask.ts';
import { liveSubscriptions } from '../subscriptions/state-of.ts';
import { subscriptionsOf } from './performers/own-customer.ts';

/**
 * Ends the subscription of a deleted organization immediately. A repeated call finds no subscription. Stripe keeps the
 * customer for its invoices. Throws while another write to Stripe is pending, because that write could subscribe the
 * customer afterwards.
 */
export function endOrganization({ db, stripe }: { db: Database<DB>; stripe: StripeAccount | undefined }) {
  return async (organizationId: bigint): Promise<void> => {
    const customer = await db.kysely
      .selectFrom('customers')
      .select((eb) => [
        'stripe_customer_id',
        eb
          .exists(
            eb
              .selectFrom('operations')
              .select('id')
              .whereRef('operations.organization_id', '=', 'customers.organization_id')
              .where('operations.status', '=', 'pending'),
          )
          .as('is_changing'),
      ])
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (customer === undefined || stripe === undefined) return;
    if (customer.is_changing) {
      throw new DomainError('unavailable', 'billing_in_progress', 'A change of the subscription is under way.');
    }
    const { stripe_customer_id: id } = customer;
    if (id === null) return;
    await askStripe({ stripe }, async (client) => {
      for (const { id: live } of liveSubscriptions(await subscriptionsOf(client, id)))
        await client.subscriptions.cancel(live);
    });
  };
}
