import type Stripe from 'stripe';
import type { Context } from '../../context.ts';
import { keyOf } from '../keys.ts';
import { type OperationResult, readInput } from '../operation.ts';
import type { Attempt } from '../rows.ts';
import { liveSubscription } from './live-subscription.ts';

/** Ends the subscription. Does nothing if the subscription has ended, or its end is already scheduled. */
export async function cancel(ctx: Context, client: Stripe, operation: Attempt): Promise<OperationResult> {
  const { at, reason } = readInput('cancel', operation.input);
  // The first attempt may have ended the subscription.
  const live = await liveSubscription(ctx, client, operation, { mayBeOver: operation.attempts > 1 });
  if (live === undefined) return {};
  const details = reason === null ? {} : { cancellation_details: { comment: reason } };
  if (at === 'now') await client.subscriptions.cancel(live.id, details, keyOf(operation, 'cancel'));
  else if (live.cancel_at === null && !live.cancel_at_period_end) {
    await client.subscriptions.update(
      live.id,
      { cancel_at_period_end: true, ...details },
      keyOf(operation, 'schedule'),
    );
  }
  return {};
}
