import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { BillingService, type StartCheckoutRequest } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import type { Context } from '../context.ts';
import { writeForCall } from '../operations/write-for-call.ts';
import { readPlan } from '../plans/read-plan.ts';
import { returnUrlViolations } from '../settings/violations.ts';

export async function startCheckout(ctx: Context, request: StartCheckoutRequest, call: HandlerContext) {
  const { successUrl = '', cancelUrl = '' } = request;
  refuseViolations([
    ...returnUrlViolations('success_url', successUrl),
    ...returnUrlViolations('cancel_url', cancelUrl),
  ]);
  return writeForCall(ctx, call, BillingService.method.startCheckout, request, {
    kind: 'checkout',
    input: { plan: readPlan(request.plan), successUrl, cancelUrl },
    answer: async ({ url = '', id = '' }) => ({ checkout: { url, id } }),
  });
}
