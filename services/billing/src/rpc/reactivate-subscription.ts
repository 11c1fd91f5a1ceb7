import type { HandlerContext } from '@connectrpc/connect';
import { BillingService, type ReactivateSubscriptionRequest } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import type { Context } from '../context.ts';
import { shownBilling, writeForCall } from '../operations/write-for-call.ts';

export async function reactivateSubscription(
  ctx: Context,
  request: ReactivateSubscriptionRequest,
  call: HandlerContext,
) {
  return writeForCall(ctx, call, BillingService.method.reactivateSubscription, request, {
    kind: 'reactivate',
    input: {},
    answer: async (_, organizationId) => ({ billing: await shownBilling(ctx, organizationId) }),
  });
}
