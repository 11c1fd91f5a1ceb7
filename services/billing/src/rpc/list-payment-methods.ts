import type { HandlerContext } from '@connectrpc/connect';
import type { ListPaymentMethodsRequest } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { paymentMethodToProto } from '../customers/billing-to-proto.ts';
import { findCustomer } from '../customers/rows.ts';
import { requireStripe } from '../stripe/account.ts';
import { askStripe } from '../stripe/ask.ts';
import { shownMethod } from '../subscriptions/state-of.ts';

const most = 100;

export async function listPaymentMethods(ctx: Context, _request: ListPaymentMethodsRequest, call: HandlerContext) {
  requireStripe(ctx);
  const row = await findCustomer(ctx.db.kysely, callerOf(call).organizationId);
  const customer = row?.stripe_customer_id ?? null;
  if (customer === null) return {};
  const { data } = await askStripe(ctx, (client) => client.customers.listPaymentMethods(customer, { limit: most }));
  const paymentMethods = data
    .toSorted((a, b) => b.created - a.created)
    .map((method) => paymentMethodToProto(shownMethod(method)));
  return { paymentMethods };
}
