import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  BillingService,
  type CancelSubscriptionRequest,
  CancelTime,
} from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import type { Context } from '../context.ts';
import { shownBilling, writeForCall } from '../operations/write-for-call.ts';

const maxReason = 500;

export async function cancelSubscription(ctx: Context, request: CancelSubscriptionRequest, call: HandlerContext) {
  const { reason } = request;
  const isLong = reason !== undefined && reason.length > maxReason;
  refuseViolations(
    isLong ? [{ field: 'reason', message: `must be at most ${maxReason} characters long`, code: 'length' }] : [],
  );
  const at = request.at === CancelTime.NOW ? ('now' as const) : ('period_end' as const);
  return writeForCall(ctx, call, BillingService.method.cancelSubscription, request, {
    kind: 'cancel',
    input: { at, reason: reason?.trim() || null },
    answer: async (_, organizationId) => ({ billing: await shownBilling(ctx, organizationId) }),
  });
}
