import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { pathOf } from '../../calls.ts';
import { line } from '../../requests/fields.ts';
import { del, get, idOf } from '../requests.ts';

export const cancelSubscription = defineAction({
  provider: 'stripe',
  name: 'cancel_subscription',
  label: 'Cancel subscription',
  description: 'Ends a subscription now.',
  input: z.strictObject({
    subscription_id: idOf('sub', 'Subscription to end.'),
    prorate: z.boolean().optional().describe('Whether the rest of the period is credited.'),
    comment: line('Why, for your records in Stripe.', 500).optional(),
  }),
  output: z.object({ subscription_id: z.string(), status: z.string().optional(), canceled_at: z.number().optional() }),
  scopes: [],
  repeat: 'same',
  reaches: 'money',
  example: { subscription_id: 'sub_1MowQVLkdIwHu7ixeRlqHVzs', comment: 'Asked for it' },
  *perform({ subscription_id, prorate, comment }) {
    const path = pathOf`/v1/subscriptions/${subscription_id}`;
    const cancellation = comment === undefined ? undefined : { comment };
    const isMissing = ({ status }: { status: number }) => status === 404;
    let { body, status: code } = yield {
      ...del(path, { prorate, cancellation_details: cancellation }),
      isDone: isMissing,
    };
    // DELETE returns 404 both for a subscription that has ended and for one that never existed. A GET distinguishes the
    // two.
    if (code === 404) ({ body, status: code } = yield get(path));
    const { status, canceled_at } = objectOf(body);
    if (status !== 'canceled')
      refuse('not_canceled', `The subscription is ${textOf(status) ?? 'unknown'} and was not ended.`);
    return given({ subscription_id, status: textOf(status), canceled_at: canceled_at ?? undefined });
  },
});
