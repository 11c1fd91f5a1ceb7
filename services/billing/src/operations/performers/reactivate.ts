import type Stripe from 'stripe';
import type { Context } from '../../context.ts';
import { keyOf } from '../keys.ts';
import type { OperationResult } from '../operation.ts';
import type { Attempt } from '../rows.ts';
import { liveSubscription } from './live-subscription.ts';
import { clearEnd } from './scheduled-end.ts';

/** Clears a scheduled end. Does nothing if no end is scheduled. */
export async function reactivate(ctx: Context, client: Stripe, operation: Attempt): Promise<OperationResult> {
  const live = await liveSubscription(ctx, client, operation, { mayBeOver: false });
  if (live === undefined) return {};
  const change = clearEnd(live);
  if (change !== undefined) await client.subscriptions.update(live.id, change, keyOf(operation, 'keep'));
  return {};
}
