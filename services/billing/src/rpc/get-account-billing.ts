import type { HandlerContext } from '@connectrpc/connect';
import type { GetAccountBillingRequest } from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findCustomer } from '../customers/rows.ts';
import { overageToProto, planToProto, settingsToProto } from '../settings/account-billing.ts';
import { findSettings } from '../settings/rows.ts';
import { readUsage } from '../usage/read-usage.ts';

export async function getAccountBilling(ctx: Context, _request: GetAccountBillingRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const customer = await findCustomer(ctx.db.kysely, organizationId);
  const settings = await findSettings(ctx.db.kysely, organizationId);
  const overage = await overageToProto(ctx, ctx.db.kysely, organizationId);
  const usage = await readUsage(ctx, organizationId);
  return { billing: { ...planToProto(ctx, customer?.state), ...overage, ...settingsToProto(settings), usage } };
}
