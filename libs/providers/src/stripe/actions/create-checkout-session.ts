import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { line, mailAddress, webAddress } from '../../requests/fields.ts';
import { findMade, marked, since } from '../made.ts';
import { anyId, idOf, post } from '../requests.ts';

export const createCheckoutSession = defineAction({
  provider: 'stripe',
  name: 'create_checkout_session',
  label: 'Create checkout session',
  description: "Makes a page of Stripe's on which a person pays; its address lives for 24 hours.",
  input: z.strictObject({
    price_id: anyId('Price that is sold.'),
    quantity: z.int().min(1).default(1).describe('How many.'),
    mode: z.enum(['payment', 'subscription', 'setup']).describe('One payment, or a subscription.'),
    success_url: webAddress('Where the person goes after paying.'),
    cancel_url: webAddress('Where the person goes without paying.').optional(),
    customer_id: idOf('cus', 'Customer who pays; this or customer_email.').optional(),
    customer_email: mailAddress('Mail address that is filled in.').optional(),
    reference: line('Reference of your own.', 200).optional(),
    trial_days: z.int().min(1).max(730).optional().describe('Days without payment, of a subscription.'),
    promotion_codes: z.boolean().optional().describe('Whether promotion codes are taken.'),
  }),
  output: z.object({ session_id: z.string(), url: z.string().optional(), expires_at: z.number().optional() }),
  scopes: [],
  repeat: 'key',
  example: {
    price_id: 'price_1MoBy5LkdIwHu7ix',
    mode: 'subscription',
    success_url: 'https://example.com/thanks',
    customer_email: 'ada@example.com',
    trial_days: 14,
  },
  *perform(input, place) {
    const parameters = {
      line_items: [{ price: input.price_id, quantity: input.quantity }],
      mode: input.mode,
      success_url: input.success_url,
      cancel_url: input.cancel_url,
      customer: input.customer_id,
      customer_email: input.customer_email,
      client_reference_id: input.reference,
      ...(input.trial_days !== undefined && { subscription_data: { trial_period_days: input.trial_days } }),
      allow_promotion_codes: input.promotion_codes,
      metadata: marked(undefined, place),
    };
    const found = yield* findMade('/v1/checkout/sessions', { customer: input.customer_id, ...since(place) }, place);
    const { id, url, expires_at } = found ?? objectOf((yield post('/v1/checkout/sessions', parameters, place)).body);
    return given({ session_id: textOf(id), url: textOf(url), expires_at });
  },
});
