import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Billing, BillingSchema, SubscriptionStatus } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { BillingEventSchema } from '@drippulse/proto/drippulse/billing/v1/events_pb';
import type { AtStripe } from '../billing.ts';
import { behindIn, type CustomerFact } from '../billing-facts.ts';
import type { Facts } from '../facts.ts';
import type { Evidence } from './evidence.ts';
import { eventsOf } from './published.ts';

/**
 * Checks that the stored subscriptions are those at Stripe, that no write to Stripe was done twice or is still pending,
 * that each change has one event, and that every service that counts usage has the entitlements of the plan.
 */
export function checkBilling({ history, facts }: Evidence): string[] {
  const changes = changesOf(facts);
  const own = history.atStripe.flatMap((wanted) => {
    const organization = String(wanted.organizationId);
    const row = facts.billing.customers.find((one) => one.organization_id === organization);
    if (row === undefined) return [`organization ${organization} has a subscription, and no row`];
    const { subscriptions } = wanted;
    return [
      ...(subscriptions.made === subscriptions.wanted
        ? []
        : [`${organization} asked for ${subscriptions.wanted} subscriptions, and got ${subscriptions.made}`]),
      ...(row.is_behind ? [`a change of ${organization} at Stripe was not fetched`] : []),
      ...(row.pending > 0 ? [`${row.pending} writes of ${organization} to Stripe have no end`] : []),
      ...compareStates(wanted, row),
      ...compareEvents(row, changes.get(organization) ?? []),
      ...compareSent(facts, row),
    ];
  });
  return [...own, ...behindIn(facts.billing)];
}

function compareStates({ organizationId, state }: AtStripe, { state: stored }: CustomerFact): string[] {
  const { payment_method, ...rest } = stored;
  const known: Record<string, unknown> = { ...rest, last4: payment_method?.last4 ?? undefined };
  return Object.entries(state)
    .filter(([name, value]) => known[name] !== value)
    .map(([name, value]) => `${name} of ${organizationId} is ${value} at Stripe, and stored as ${known[name]}`);
}

type Change = { sequence: bigint; billing: Billing };

/** Returns the reported changes by organization, in the order of their sequences. */
function changesOf({ billing }: Facts): Map<string, Change[]> {
  const changes = [...eventsOf(billing.frames)].flatMap(({ organizationId, value }) => {
    const { sequence, payload } = fromBinary(BillingEventSchema, value);
    if (payload.case !== 'subscriptionUpdated' || payload.value.billing === undefined) return [];
    return [{ organizationId, sequence, billing: payload.value.billing }];
  });
  changes.sort((one, other) => Number(one.sequence - other.sequence));
  return Map.groupBy(changes, ({ organizationId }) => organizationId);
}

function compareEvents({ organization_id: id, sequence, state }: CustomerFact, changes: readonly Change[]): string[] {
  const texts = changes.map(({ billing }) => Buffer.from(toBinary(BillingSchema, billing)).toString('hex'));
  const last = changes.at(-1)?.billing;
  const isLast =
    last?.plan === state.plan &&
    last.status === SubscriptionStatus[state.status.toUpperCase() as keyof typeof SubscriptionStatus] &&
    last.quantity === state.quantity;
  return [
    ...(changes.length === sequence && changes.every((change, index) => change.sequence === BigInt(index + 1))
      ? []
      : [`${id} changed ${sequence} times, and reported ${changes.map((change) => change.sequence)}`]),
    ...texts.flatMap((text, index) =>
      text === texts[index - 1] ? [`event ${index + 1} of ${id} reports no change`] : [],
    ),
    ...(isLast || sequence === 0 ? [] : [`the last event of ${id} reports ${last?.plan}, not ${state.plan}`]),
  ];
}

function compareSent({ billing }: Facts, { organization_id: id, state }: CustomerFact): string[] {
  const plan = billing.sent.find((one) => one.organization_id === id)?.plan;
  return plan === state.plan ? [] : [`${id} has the plan ${state.plan}, and the entitlements of ${plan}`];
}
