import type Stripe from 'stripe';
import type { Context } from '../../context.ts';
import { keyOf } from '../keys.ts';
import type { OperationResult } from '../operation.ts';
import type { Attempt } from '../rows.ts';
import { liveSubscription } from './live-subscription.ts';

/** Clears a scheduled end, in either of its two forms. Does nothing if no end is scheduled. */
export async function reactivate(ctx: Context, client: Stripe, operation: Attempt): Promise<OperationResult> {
  const live = await liveSubscription(ctx, client, operation, { mayBeOver: false });
  if (live === undefined) return {};
  if (live.cancel_at_period_end) {
    await client.subscriptions.update(live.id, { cancel_at_period_end: false }, keyOf(operation, 'keep'));
  } else if (live.cancel_at !== null) {
    await client.subscriptions.update(live.id, { cancel_at: '' }, keyOf(operation, 'keep'));
  }
  return {};
}
