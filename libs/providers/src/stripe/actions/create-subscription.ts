import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { findMade, marked, since } from '../made.ts';
import { anyId, idOf, metadata, post } from '../requests.ts';

export const createSubscription = defineAction({
  provider: 'stripe',
  name: 'create_subscription',
  label: 'Create subscription',
  description: 'Subscribes a customer to a price.',
  input: z.strictObject({
    customer_id: idOf('cus', 'Customer.'),
    price_id: anyId('Price.'),
    quantity: z.int().min(1).optional().describe('How many.'),
    trial_days: z.int().min(1).max(730).optional().describe('Days without payment.'),
    payment_behavior: z
      .enum(['default_incomplete', 'allow_incomplete', 'error_if_incomplete'])
      .default('default_incomplete')
      .describe('What happens without a payment: incomplete until it is made, or an error.'),
    metadata: metadata.optional(),
  }),
  output: z.object({ subscription_id: z.string(), status: z.string().optional() }),
  scopes: [],
  repeat: 'key',
  reaches: 'money',
  example: { customer_id: 'cus_Nff7xUuG9a2b3c', price_id: 'price_1MoBy5LkdIwHu7ix', trial_days: 14 },
  *perform(input, place) {
    const parameters = {
      customer: input.customer_id,
      items: [given({ price: input.price_id, quantity: input.quantity })],
      trial_period_days: input.trial_days,
      payment_behavior: input.payment_behavior,
      metadata: marked(input.metadata, place),
    };
    const query = { customer: input.customer_id, status: 'all', ...since(place) };
    const found = yield* findMade('/v1/subscriptions', query, place);
    const { id, status } = found ?? objectOf((yield post('/v1/subscriptions', parameters, place)).body);
    return given({ subscription_id: textOf(id), status: textOf(status) });
  },
});
