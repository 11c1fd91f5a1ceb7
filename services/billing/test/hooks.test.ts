import type { Event, Subscription } from '@drippulse/fake-providers/stripe-billing';
import { SubscriptionStatus } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { admin, type Harness, otherAdmin, refusalOf, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());
beforeEach(() => harness.stripe.fail(undefined));

const now = () => Math.floor(Date.now() / 1000);
const lastEvent = (): Event => {
  const event = harness.stripe.account.events.at(-1);
  if (event === undefined) throw new Error('there is no event');
  return event;
};

async function subscribe(caller = admin): Promise<Subscription> {
  const card = harness.stripe.dashboard.card();
  await harness.billing(caller).subscribe({ plan: 'starter', paymentMethod: card.id });
  const subscription = [...harness.stripe.account.subscriptions.values()].at(-1);
  if (subscription === undefined) throw new Error('there is no subscription');
  return subscription;
}

test('a forged, an old and a future signature, and a foreign event, are refused and change nothing', async () => {
  const subscription = await subscribe();
  harness.stripe.dashboard.changePlan(subscription, 'growth', 1);
  const event = lastEvent();
  const wrong = [
    [harness.deliver(event, { secret: 'whsec_forged' }), 'invalid_stripe_signature'],
    [harness.deliver(event, { at: now() - 310 }), 'stale_signature'],
    [harness.deliver(event, { at: now() + 310 }), 'stale_signature'],
    [harness.hooks.receiveStripeEvent({ body: { data: Buffer.from('{}') } }), 'invalid_stripe_signature'],
    [harness.deliver({ ...event, livemode: true as never }), 'foreign_stripe_event'],
    [harness.deliver({ id: 'evt_x', object: 'list' } as never), 'foreign_stripe_event'],
  ] as const;
  for (const [call, reason] of wrong) expect((await refusalOf(call))?.reason).toBe(reason);
  const taken = await harness.db.selectFrom('hooks').select('id').execute();
  expect(taken).toEqual([]);
  expect((await harness.billing(admin).getBilling({})).billing?.plan).toBe('starter');

  expect(await harness.deliver(event, { at: now() - 290 })).toMatchObject({ duplicate: false });
  expect(await harness.deliver(event, { secret: 'whsec_old' })).toMatchObject({ duplicate: true });
  await eventually(async () => expect((await harness.billing(admin).getBilling({})).billing?.plan).toBe('growth'));
});

test('events of customers that are not ours are taken, and nothing follows', async () => {
  const before = harness.stripe.requests.length;
  harness.stripe.dashboard.subscribe('cus_of_somebody', 'scale');
  expect(await harness.deliver(lastEvent())).toMatchObject({ duplicate: false });
  expect(
    await harness.deliver({ ...lastEvent(), id: 'evt_other', type: 'account.updated', data: { object: {} } }),
  ).toMatchObject({
    duplicate: false,
  });
  expect(harness.stripe.requests.length).toBe(before);
});

test('while Stripe is away for ten minutes everything answers, and afterwards everything is right', async () => {
  const subscription = await subscribe(otherAdmin);
  const billing = harness.billing(otherAdmin);
  const account = harness.account(otherAdmin);
  for (const mode of ['refuse', 'lose', 'break'] as const) {
    await harness.stripe.fail(mode);
    const urls = { successUrl: 'https://example.com/s', cancelUrl: 'https://example.com/c' };
    const calls = [
      () => billing.listInvoices({}),
      () => billing.listPaymentMethods({}),
      () => billing.cancelSubscription({}),
      () => billing.subscribe({ plan: 'scale' }),
      () => billing.openPortal({}),
      () => billing.startCheckout({ plan: 'scale', ...urls }),
    ];
    for (const call of calls) {
      expect(await refusalOf(call())).toEqual({ reason: 'stripe_unavailable', retryAfterSeconds: 30 });
    }
    expect((await billing.getBilling({})).billing).toMatchObject({
      plan: 'starter',
      status: SubscriptionStatus.ACTIVE,
    });
    expect((await account.getAccountBilling({})).billing?.plan).toBe('starter');
    const updateMask = { paths: ['billing_email'] };
    await account.updateAccountBilling({ updateMask, billingEmail: `${mode}@example.com` });
  }
  // Changes are reported while nothing can be fetched.
  await harness.stripe.fail('lose');
  harness.stripe.dashboard.failPayment(subscription);
  expect(await harness.deliver(lastEvent())).toMatchObject({ duplicate: false });
  harness.shift(600_000);
  await harness.stripe.fail(undefined);
  await eventually(async () => {
    const { billing: shown } = await billing.getBilling({});
    expect(shown?.status).toBe(SubscriptionStatus.PAST_DUE);
    const pending = await harness.db.selectFrom('operations').select('id').where('status', '=', 'pending').execute();
    expect(pending).toEqual([]);
    expect(harness.stripe.account.customers.get(subscription.customer)?.email).toBe('break@example.com');
  });
  expect(
    [...harness.stripe.account.subscriptions.values()].filter(({ customer }) => customer === subscription.customer),
  ).toHaveLength(1);
});

test('an answer that is lost is asked for again by the same key, and done once', async () => {
  const caller = { ...admin, organizationId: 7n };
  const card = harness.stripe.dashboard.card();
  const before = harness.stripe.account.subscriptions.size;
  await harness.stripe.fail('cut');
  const call = harness.billing(caller).subscribe({ plan: 'growth', paymentMethod: card.id });
  expect((await refusalOf(call))?.reason).toBe('stripe_unavailable');
  await harness.stripe.fail(undefined);
  harness.shift(60_000);
  await eventually(async () => expect((await harness.billing(caller).getBilling({})).billing?.plan).toBe('growth'));
  expect(harness.stripe.account.subscriptions.size).toBe(before + 1);
});

test('the nightly sweep finds what no hook reported', async () => {
  const caller = { ...admin, organizationId: 8n };
  const subscription = await subscribe(caller);
  harness.stripe.dashboard.changePlan(subscription, 'scale', 3);
  const read = async () => (await harness.billing(caller).getBilling({})).billing;
  expect(await read()).toMatchObject({ plan: 'starter' });
  harness.shift(25 * 3_600_000);
  await harness.db
    .updateTable('sweeps')
    .set({ due_at: new Date(0) })
    .execute();
  // The loop checks the time once a minute, and at its start.
  await harness.stopServices();
  await harness.start();
  await eventually(async () => expect(await read()).toMatchObject({ plan: 'scale', quantity: 3 }));
});
