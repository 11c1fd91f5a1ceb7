import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations, type Violation } from '@drippulse/errors';
import { BillingService, type SubscribeRequest } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import type { Context } from '../context.ts';
import { shownBilling, writeForCall } from '../operations/write-for-call.ts';
import { readPlan } from '../plans/read-plan.ts';

const maxQuantity = 1000;

export async function subscribe(ctx: Context, request: SubscribeRequest, call: HandlerContext) {
  refuseViolations(violationsOf(request));
  const { quantity = null, paymentMethod = null } = request;
  const input = { plan: readPlan(request.plan), quantity, paymentMethod };
  return writeForCall(ctx, call, BillingService.method.subscribe, request, {
    kind: 'subscribe',
    input,
    answer: async ({ isNew = true }, organizationId) => {
      if (!isNew) call.responseHeader.set('x-http-status', '200');
      return { billing: await shownBilling(ctx, organizationId) };
    },
  });
}

function violationsOf({ quantity, paymentMethod }: SubscribeRequest): Violation[] {
  const violations: Violation[] = [];
  if (quantity !== undefined && (quantity < 1 || quantity > maxQuantity)) {
    violations.push({ field: 'quantity', message: `must be from 1 to ${maxQuantity}`, code: 'range' });
  }
  if (paymentMethod !== undefined && !/^[a-z]+_\w{1,200}$/.test(paymentMethod)) {
    violations.push({
      field: 'payment_method',
      message: 'must be the id of a payment method at Stripe',
      code: 'format',
    });
  }
  return violations;
}
