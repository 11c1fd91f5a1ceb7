import type { HandlerContext } from '@connectrpc/connect';
import type { GetBillingRequest } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { billingToProto } from '../customers/billing-to-proto.ts';
import { fetchNow } from '../customers/fetch-customer.ts';
import { type CustomerRow, findCustomer } from '../customers/rows.ts';
import { readState } from '../subscriptions/state.ts';

/** A person who reloads a page causes at most one fetch in this many milliseconds. */
const freshMs = 2_000;

export async function getBilling(ctx: Context, request: GetBillingRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const row = await findCustomer(ctx.db.kysely, organizationId);
  const isBack = request.checkoutSession !== undefined && ctx.stripe !== undefined;
  if (row === undefined || !isBack || isKnown(ctx, row)) return { billing: billingToProto(row, ctx.config) };
  await fetchNow(ctx, organizationId, 'return');
  return { billing: billingToProto(await findCustomer(ctx.db.kysely, organizationId), ctx.config) };
}

/**
 * Whether a recent fetch has found a live subscription. In this case the subscription is the one that was just paid,
 * because a person pays only once.
 */
function isKnown({ clock }: Context, { state, fetched_at: fetchedAt }: CustomerRow): boolean {
  const { status } = readState(state);
  const isThere = status !== 'none' && status !== 'canceled';
  return isThere && fetchedAt !== null && Math.abs(clock.now().getTime() - fetchedAt.getTime()) < freshMs;
}
