import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import { statusToProto } from '../customers/billing-to-proto.ts';
import type { DB } from '../db/schema.ts';
import { readMonths } from '../entitlements/ceilings.ts';
import { limitsOf } from '../entitlements/content.ts';
import { meters, noLimits } from '../plans/meters.ts';
import { spentCents } from '../plans/overage.ts';
import { freeState, readState, type State } from '../subscriptions/state.ts';
import { addressToProto, readAddress } from './address.ts';
import type { SettingsRow } from './rows.ts';

/** Converts only the settings, which a PATCH can change. */
export function settingsToProto(row: SettingsRow | undefined) {
  const address = readAddress(row?.address ?? null);
  return {
    ...(typeof row?.billing_email === 'string' && { billingEmail: row.billing_email }),
    ...(typeof row?.tax_id === 'string' && { taxId: row.tax_id }),
    ...(address !== null && { address: addressToProto(address) }),
    ...(typeof row?.spend_cap_cents === 'bigint' && { spendCapCents: row.spend_cap_cents }),
    revision: row?.revision ?? 1n,
  };
}

/**
 * Converts the plan, the limits and the month of an organization. `stored` is undefined if the organization has never
 * dealt with Stripe.
 */
export function planToProto({ config, clock }: Pick<Context, 'config' | 'clock'>, stored: string | undefined) {
  const state: State = stored === undefined ? freeState : readState(stored);
  const isOwn = config.stripeKey === undefined;
  const limits = isOwn ? noLimits : limitsOf(config.plans, state);
  return {
    plan: isOwn ? 'self_hosted' : state.plan,
    status: statusToProto(isOwn ? 'none' : state.status),
    limits: meters.map((meter) => {
      const limit = limits[meter];
      return { meter, ...(limit !== null && { limit }) };
    }),
    period: monthOf(clock.now()),
  };
}

/** Converts the charge beyond the plan for this month so far; absent if the installation charges nothing extra. */
export async function overageToProto(
  { config: { plans }, dbNow }: Pick<Context, 'config' | 'dbNow'>,
  db: Kysely<DB>,
  organizationId: bigint,
) {
  if (Object.keys(plans.overage).length === 0) return {};
  const months = await readMonths(db, organizationId, sql<Date>`date_trunc('month', ${dbNow}, 'UTC')`);
  return { overageCents: spentCents(plans.overage, months) };
}

function monthOf(now: Date) {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return {
    startsAt: timestampFromDate(new Date(Date.UTC(year, month))),
    endsAt: timestampFromDate(new Date(Date.UTC(year, month + 1))),
  };
}
