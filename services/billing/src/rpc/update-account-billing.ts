import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  AccountBillingService,
  type UpdateAccountBillingRequest,
} from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { renewEntitlements } from '../entitlements/renew-entitlements.ts';
import { chargeNow } from '../metering/look-at-usage.ts';
import { overageToProto, planToProto, settingsToProto } from '../settings/account-billing.ts';
import { addressFromProto } from '../settings/address.ts';
import { findSettings, lockSettingsRevision } from '../settings/rows.ts';
import { settingsViolations } from '../settings/violations.ts';

const { updateAccountBilling: method } = AccountBillingService.method;

/** Changes the settings in the database. A loop copies them to Stripe's customer later. */
export async function updateAccountBilling(ctx: Context, request: UpdateAccountBillingRequest, call: HandlerContext) {
  refuseViolations(settingsViolations(request));
  const changes = changesOf(request);
  const isCapped = 'spend_cap_cents' in changes;
  // The use up to now is charged under the current cap before the cap changes.
  if (isCapped) await chargeByCap(ctx, callerOf(call).organizationId);
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    await lockSettingsRevision(trx, caller, undefined);
    const before = await findSettings(trx, caller.organizationId);
    const row = await trx
      .updateTable('settings')
      .set({ ...changes, updated_at: ctx.clock.now() })
      .where('organization_id', '=', caller.organizationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    const customer = await trx
      .selectFrom('customers')
      .select('state')
      .where('organization_id', '=', caller.organizationId)
      .executeTakeFirst();
    if (isCapped) await applyCap(ctx, trx, caller.organizationId, before?.spend_cap_cents ?? 0n);
    const overage = await overageToProto(ctx, trx, caller.organizationId);
    return { billing: { ...planToProto(ctx, customer?.state), ...overage, ...settingsToProto(row) } };
  });
  ctx.wake.operations();
  ctx.wake.usage();
  ctx.wake.pushes();
  ctx.relay.wake();
  return response;
}

async function chargeByCap(ctx: Context, organizationId: bigint): Promise<void> {
  const settings = await findSettings(ctx.db.kysely, organizationId);
  if (ctx.stripe !== undefined && (settings?.spend_cap_cents ?? 0n) > 0n) await chargeNow(ctx, organizationId);
}

/**
 * Applies the ceilings of the new cap immediately. If the organization had no cap, sets `usage_due_at` to null, which
 * means that the earlier use costs nothing.
 */
async function applyCap(ctx: Context, trx: Transaction<DB>, organizationId: bigint, formerCents: bigint) {
  const dueAt = formerCents > 0n ? ctx.dbNow : sql`null`;
  await sql`update customers set usage_due_at = ${dueAt} where organization_id = ${organizationId}`.execute(trx);
  await renewEntitlements(ctx, trx, organizationId);
}

/** Returns the columns of the members that the request sets. */
function changesOf({ updateMask, billingEmail, taxId, address, spendCapCents }: UpdateAccountBillingRequest) {
  const has = (name: string) => updateMask?.paths.includes(name) === true;
  return {
    ...(has('billing_email') && { billing_email: billingEmail ?? null }),
    ...(has('tax_id') && { tax_id: taxId ?? null }),
    ...(has('address') && { address: address === undefined ? null : JSON.stringify(addressFromProto(address)) }),
    ...(has('spend_cap_cents') && { spend_cap_cents: spendCapCents ?? null }),
  };
}
