import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { markCustomers } from '../customers/rows.ts';

const reference = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

/**
 * The members of an event that this service uses. All other members are ignored, because the state itself is fetched
 * from Stripe.
 */
export const eventSchema = z.object({
  id: z.string().min(1).max(255),
  object: z.literal('event'),
  type: z.string().min(1).max(255),
  created: z.number().int(),
  livemode: z.boolean(),
  data: z.object({
    object: z.looseObject({
      id: z.string().optional(),
      object: z.string().optional(),
      customer: reference.nullish(),
    }),
  }),
});

export type StripeEvent = z.infer<typeof eventSchema>;

/** The effect of an event. */
export type Taken = 'taken' | 'duplicate' | 'unknown_customer';

/** Stores an event and marks its customer, in one transaction. A repeated event changes nothing. */
export async function takeEvent(ctx: Context, event: StripeEvent, { bySweep }: { bySweep: boolean }): Promise<Taken> {
  const customer = customerOf(event);
  const taken = await ctx.db.kysely.transaction().execute(async (trx): Promise<Taken> => {
    const { numAffectedRows } = await sql`
      insert into hooks (id, type, stripe_customer_id, by_sweep, received_at)
      values (${event.id}, ${event.type}, ${customer ?? null}, ${bySweep}, ${ctx.dbNow})
      on conflict (id) do nothing`.execute(trx);
    if (numAffectedRows !== 1n) return 'duplicate';
    const stripeIds = customer === undefined ? [] : [customer];
    const marked = await markCustomers(ctx, trx, { stripeIds }, bySweep ? 'sweep' : 'hook');
    return marked === 0 ? 'unknown_customer' : 'taken';
  });
  if (taken === 'taken') ctx.wake.fetches();
  return taken;
}

/** Returns the customer that an event is about; undefined if it concerns no customer. */
function customerOf({ data: { object } }: StripeEvent): string | undefined {
  if (object.object === 'customer') return object.id;
  return object.customer ?? undefined;
}
