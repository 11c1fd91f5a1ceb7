import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  type BillingSchema,
  type PaymentMethodSchema,
  SubscriptionStatus,
} from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import type { Config } from '../config.ts';
import { holdsAfterMs } from '../plans/grace.ts';
import { freeState, readState, type Status, type StoredPaymentMethod } from '../subscriptions/state.ts';
import type { CustomerRow } from './rows.ts';

const protoStatuses: Record<Status, SubscriptionStatus> = {
  none: SubscriptionStatus.NONE,
  active: SubscriptionStatus.ACTIVE,
  trialing: SubscriptionStatus.TRIALING,
  past_due: SubscriptionStatus.PAST_DUE,
  unpaid: SubscriptionStatus.UNPAID,
  incomplete: SubscriptionStatus.INCOMPLETE,
  paused: SubscriptionStatus.PAUSED,
  canceled: SubscriptionStatus.CANCELED,
};

/** Converts the subscription to its form in the API. An organization without a row has never had a subscription. */
export function billingToProto(
  row: Pick<CustomerRow, 'state' | 'past_due_since'> | undefined,
  { stripeKey, plans }: Pick<Config, 'stripeKey' | 'plans'>,
): MessageInitShape<typeof BillingSchema> {
  if (stripeKey === undefined) return { plan: 'self_hosted', status: SubscriptionStatus.NONE, quantity: 1 };
  const state = row === undefined ? freeState : readState(row.state);
  const pastDueSince = row?.past_due_since ?? null;
  return {
    plan: state.plan,
    status: protoStatuses[state.status],
    cancelAtPeriodEnd: state.cancel_at_period_end,
    quantity: state.quantity,
    ...(state.cancel_at !== null && { cancelAt: fromSeconds(state.cancel_at) }),
    ...(state.current_period_end !== null && { currentPeriodEnd: fromSeconds(state.current_period_end) }),
    ...(state.trial_end !== null && { trialEnd: fromSeconds(state.trial_end) }),
    ...(state.currency !== null && { currency: state.currency }),
    ...(state.amount_cents !== null && { amountCents: BigInt(state.amount_cents) }),
    ...(state.payment_method !== null && { defaultPaymentMethod: paymentMethodToProto(state.payment_method) }),
    ...(plans.portalUrl !== null && { portalUrl: plans.portalUrl }),
    ...(pastDueSince !== null && { graceUntil: timestampFromDate(new Date(pastDueSince.getTime() + holdsAfterMs)) }),
  };
}

export function statusToProto(status: Status): SubscriptionStatus {
  return protoStatuses[status];
}

export function paymentMethodToProto(method: StoredPaymentMethod): MessageInitShape<typeof PaymentMethodSchema> {
  const { id, type, brand, last4, exp_month: expMonth, exp_year: expYear } = method;
  return {
    id,
    type,
    ...(brand !== null && { brand }),
    ...(last4 !== null && { last4 }),
    ...(expMonth !== null && { expMonth }),
    ...(expYear !== null && { expYear }),
  };
}

export function fromSeconds(seconds: number) {
  return timestampFromDate(new Date(seconds * 1000));
}
