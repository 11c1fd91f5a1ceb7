import { create, toBinary } from '@bufbuild/protobuf';
import { SubscriptionStatus } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { BillingEventSchema } from '@drippulse/proto/drippulse/billing/v1/events_pb';
import { FrameSchema } from '@drippulse/proto/drippulse/events/v1/frame_pb';
import { expect, test } from '@jest/globals';
import { checkBilling } from './billing.ts';
import type { Evidence } from './evidence.ts';
import { noFacts, noHistory } from './nothing.ts';

/** Makes the committed frame of a change. */
function frameOf(sequence: bigint, plan: string): Uint8Array {
  const billing = { plan, status: SubscriptionStatus.ACTIVE, quantity: 2 };
  const payload = { case: 'subscriptionUpdated' as const, value: { billing } };
  const value = toBinary(BillingEventSchema, create(BillingEventSchema, { sequence, organizationId: 30n, payload }));
  const frame = { ids: [`evt_${sequence}`], sizes: [value.byteLength], rests: value, headers: { organization: '30' } };
  return toBinary(FrameSchema, create(FrameSchema, frame));
}

/** Makes evidence without a fault: an organization that subscribed, and then changed its plan. */
function sound() {
  const shown = {
    plan: 'growth',
    status: 'active',
    subscription: 'sub_1',
    quantity: 2,
    amount_cents: 200,
    cancel_at: null as number | null,
    current_period_end: 7,
  };
  const customer = {
    organization_id: '30',
    sequence: 2,
    state: { ...shown, payment_method: { last4: '4242' } },
    is_behind: false,
    pending: 0,
  };
  const entitlements = { organization_id: '30', sequence: '3', plan: 'growth' };
  const billing = {
    customers: [customer],
    frames: [frameOf(1n, 'starter'), frameOf(2n, 'growth')],
    counting: ['crm'],
    sent: [{ ...entitlements, service: 'billing' }],
    applied: [{ ...entitlements, service: 'crm' }],
  };
  const atStripe = [{ organizationId: 30n, subscriptions: { wanted: 1, made: 1 }, state: { ...shown, last4: '4242' } }];
  return { facts: { ...noFacts(), billing }, history: { ...noHistory(), atStripe }, customer };
}

const check = (evidence: ReturnType<typeof sound>) => checkBilling(evidence as unknown as Evidence);

test('a subscription as Stripe has it, reported and applied, violates nothing', () => {
  expect(check(sound())).toEqual([]);
});

test.each<[string, (evidence: ReturnType<typeof sound>) => unknown, string]>([
  ['no row', ({ facts }) => (facts.billing.customers = []), 'and no row'],
  [
    'another plan',
    ({ customer }) => (customer.state.plan = 'scale'),
    'plan of 30 is growth at Stripe, and stored as scale',
  ],
  ['another end', ({ customer }) => (customer.state.cancel_at = 5), 'cancel_at of 30 is null'],
  ['another card', ({ customer }) => (customer.state.payment_method.last4 = '1'), 'last4 of 30'],
  [
    'bought twice',
    ({ history }) => ((history.atStripe[0] as { subscriptions: object }).subscriptions = { wanted: 1, made: 2 }),
    'asked for 1 subscriptions, and got 2',
  ],
  ['a change not fetched', ({ customer }) => (customer.is_behind = true), 'not fetched'],
  ['a write without an end', ({ customer }) => (customer.pending = 1), 'have no end'],
  ['a lost event', ({ facts }) => facts.billing.frames.pop(), 'changed 2 times, and reported 1'],
  ['an event twice', ({ facts }) => facts.billing.frames.push(frameOf(2n, 'growth')), 'reports no change'],
  ['a false last event', ({ facts }) => (facts.billing.frames[1] = frameOf(2n, 'free')), 'reports free, not growth'],
  [
    'limits of another plan',
    ({ facts }) => (facts.billing.sent = facts.billing.sent.map((one) => ({ ...one, plan: 'free' }))),
    'entitlements of free',
  ],
  ['limits that do not apply', ({ facts }) => (facts.billing.applied = []), 'crm has entitlements undefined of 30'],
])('%s', (_, change, violation) => {
  const evidence = sound();
  change(evidence);
  expect(check(evidence).join('\n')).toContain(violation);
});
