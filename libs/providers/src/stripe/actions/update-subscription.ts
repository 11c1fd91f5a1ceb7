import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { pathOf } from '../../calls.ts';
import { anyId, idOf, post } from '../requests.ts';

export const updateSubscription = defineAction({
  provider: 'stripe',
  name: 'update_subscription',
  label: 'Update subscription',
  description: 'Changes the price of a subscription, or whether it ends with its period.',
  input: z.strictObject({
    subscription_id: idOf('sub', 'Subscription to change.'),
    price_id: anyId('New price; needs item_id.').optional(),
    item_id: idOf('si', 'Item of the subscription whose price changes.').optional(),
    cancel_at_period_end: z.boolean().optional().describe('Whether it ends with its period.'),
    proration_behavior: z
      .enum(['create_prorations', 'none', 'always_invoice'])
      .optional()
      .describe('How the rest of the period is charged.'),
  }),
  output: z.object({ subscription_id: z.string(), status: z.string().optional() }),
  scopes: [],
  repeat: 'key',
  reaches: 'money',
  example: { subscription_id: 'sub_1MowQVLkdIwHu7ixeRlqHVzs', cancel_at_period_end: true },
  *perform(input, place) {
    const { subscription_id, price_id, item_id, cancel_at_period_end, proration_behavior } = input;
    // Without the item's id, Stripe would add the price instead of replacing the existing one.
    if (price_id !== undefined && item_id === undefined)
      refuse('item_required', 'item_id says which price is replaced by price_id.', { field: 'item_id' });
    const items = item_id === undefined ? undefined : [given({ id: item_id, price: price_id })];
    const parameters = { items, cancel_at_period_end, proration_behavior };
    const { body } = yield post(pathOf`/v1/subscriptions/${subscription_id}`, parameters, place);
    return given({ subscription_id, status: textOf(objectOf(body)['status']) });
  },
});
