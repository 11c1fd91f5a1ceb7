import { startStripeMock } from '@drippulse/fake-providers/stripe-billing';
import { CancelTime, SubscriptionStatus } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { OrganizationRowsService } from '@drippulse/proto/drippulse/organizations/v1/rows_pb';
import { eventually } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { service } from '../src/service.ts';
import { admin, type Harness, otherAdmin, refusalOf, startHarness } from './harness.ts';

const mock = await startStripeMock();

describe("every request is one that Stripe's own description takes", () => {
  if ('unavailable' in mock) {
    notRun(mock);
    return;
  }
  afterAll(mock.stop);
  subscribing(mock.url);
});

describe('without the description', () => {
  if ('unavailable' in mock) subscribing();
  else test.skip('the same, which ran before', () => undefined);
});

function subscribing(mockUrl?: string) {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(mockUrl === undefined ? {} : { mock: mockUrl });
  });
  afterAll(() => harness.stop());

  const own = () => harness.billing(admin);
  const subscriptions = () => [...harness.stripe.account.subscriptions.values()];

  test('before anything, the plan is free and nothing is asked of Stripe', async () => {
    const { billing } = await own().getBilling({});
    expect(billing).toMatchObject({ plan: 'free', status: SubscriptionStatus.NONE, quantity: 1 });
    expect(await own().listPaymentMethods({})).toMatchObject({ paymentMethods: [] });
    expect(await own().listInvoices({})).toMatchObject({ invoices: [] });
    expect(await refusalOf(own().cancelSubscription({}))).toEqual({ reason: 'not_subscribed' });
    expect(await refusalOf(own().subscribe({ plan: 'starter' }))).toEqual({ reason: 'payment_method_required' });
    expect(await refusalOf(own().subscribe({ plan: 'huge' }))).toEqual({ reason: 'unknown_plan' });
    expect(await refusalOf(own().subscribe({ plan: 'starter', paymentMethod: 'pm_unknown' }))).toEqual({
      reason: 'stripe_refused',
    });
    const declined = harness.stripe.dashboard.card({ declines: true });
    expect(await refusalOf(own().subscribe({ plan: 'starter', paymentMethod: declined.id }))).toEqual({
      reason: 'payment_failed',
    });
    expect(subscriptions()).toEqual([]);
  });

  test('a subscription begins, changes its plan, ends at the end of the period, goes on, and ends now', async () => {
    const card = harness.stripe.dashboard.card({ last4: '4444' });
    const { billing: begun } = await own().subscribe({ plan: 'starter', quantity: 2, paymentMethod: card.id });
    expect(begun).toMatchObject({
      plan: 'starter',
      status: SubscriptionStatus.ACTIVE,
      quantity: 2,
      currency: 'usd',
      amountCents: 9800n,
      cancelAtPeriodEnd: false,
      defaultPaymentMethod: { id: card.id, type: 'card', brand: 'visa', last4: '4444', expMonth: 12, expYear: 2030 },
    });
    expect(begun?.currentPeriodEnd).toBeDefined();
    expect(await refusalOf(own().subscribe({ plan: 'starter' }))).toEqual({ reason: 'already_subscribed' });
    await own().cancelSubscription({});
    const { billing: changed } = await own().subscribe({ plan: 'growth', quantity: 1 });
    expect(changed).toMatchObject({ plan: 'growth', quantity: 1, amountCents: 19600n, cancelAtPeriodEnd: false });
    expect(changed?.cancelAt).toBeUndefined();
    expect(subscriptions()).toHaveLength(1);

    const urls = { successUrl: 'https://example.com/s', cancelUrl: 'https://example.com/c' };
    expect(await refusalOf(own().startCheckout({ plan: 'scale', ...urls }))).toEqual({ reason: 'already_subscribed' });
    const { billing: ending } = await own().cancelSubscription({ reason: 'We need it no longer' });
    expect(ending).toMatchObject({ cancelAtPeriodEnd: true, status: SubscriptionStatus.ACTIVE });
    expect(ending?.cancelAt).toEqual(ending?.currentPeriodEnd);
    const { billing: kept } = await own().reactivateSubscription({});
    expect(kept).toMatchObject({ cancelAtPeriodEnd: false });
    expect(kept?.cancelAt).toBeUndefined();
    // The portal schedules an end with `cancel_at` instead of `cancel_at_period_end`.
    const [subscription] = subscriptions();
    if (subscription === undefined) throw new Error('there is no subscription');
    harness.stripe.dashboard.scheduleEnd(subscription, 2_000_000_000);
    expect((await own().reactivateSubscription({})).billing?.cancelAt).toBeUndefined();
    // Subscribing again to the current plan clears a scheduled end too.
    harness.stripe.dashboard.scheduleEnd(subscription, 2_000_000_000);
    const { billing: stays } = await own().subscribe({ plan: 'growth', quantity: 1 });
    expect(stays).toMatchObject({ plan: 'growth', quantity: 1, amountCents: 19600n });
    expect(stays?.cancelAt).toBeUndefined();
    const { billing: ended } = await own().cancelSubscription({ at: CancelTime.NOW });
    expect(ended).toMatchObject({ plan: 'free', status: SubscriptionStatus.CANCELED });
    expect(await refusalOf(own().reactivateSubscription({}))).toEqual({ reason: 'subscription_ended' });

    const { paymentMethods } = await own().listPaymentMethods({});
    expect(paymentMethods.map(({ last4 }) => last4)).toContain('4444');
    const { invoices, nextCursor } = await own().listInvoices({ limit: 1 });
    expect(invoices).toMatchObject([{ status: 'paid', totalCents: 19600n, url: expect.stringMatching(/^https/) }]);
    const older = await own().listInvoices({ limit: 1, cursor: nextCursor ?? '' });
    expect(older.invoices).toMatchObject([{ totalCents: 9800n }]);
    const viewer = harness.billing({ ...admin, role: 'viewer' });
    expect((await viewer.listInvoices({ limit: 1 })).invoices[0]?.url).toBeUndefined();
    const { portal } = await own().openPortal({ returnUrl: 'https://example.com/billing' });
    expect(portal?.url).toMatch(/^https/);

    const kinds = harness.events.map(({ payload }) => payload.case);
    expect(new Set(kinds)).toEqual(new Set(['subscriptionUpdated']));
    const sequences = harness.events.map(({ sequence }) => sequence);
    await eventually(() => expect(sequences).toEqual([...sequences].sort((a, b) => Number(a - b))));
  });

  test('two subscribes at once make one subscription, and a repeat by its key gets the first answer', async () => {
    const two = harness.billing(otherAdmin);
    const card = harness.stripe.dashboard.card();
    const customersBefore = harness.stripe.account.customers.size;
    const before = subscriptions().length;
    const request = { plan: 'starter', paymentMethod: card.id };
    const { release } = harness.stripe.holdWrites();
    const calls = [request, { ...request, plan: 'growth' }, request].map((one) => refusalOf(two.subscribe(one)));
    const refused = await Promise.race(calls);
    release();
    const ends = await Promise.all(calls);
    expect(refused).toEqual({ reason: 'billing_in_progress', retryAfterSeconds: 5 });
    expect(ends.filter((end) => end === undefined)).toHaveLength(1);
    expect(ends.flatMap((end) => end?.reason ?? [])).toEqual(['billing_in_progress', 'billing_in_progress']);
    expect(subscriptions()).toHaveLength(before + 1);
    expect(harness.stripe.account.customers.size).toBe(customersBefore + 1);
    const headers = { 'idempotency-key': 'once' };
    const [once, again] = [
      await two.subscribe({ plan: 'scale' }, { headers }),
      await two.subscribe({ plan: 'scale' }, { headers }),
    ];
    expect(again).toEqual(once);
    expect(once.billing?.plan).toBe('scale');
  });

  test('a repeat that outlives the lease of its key, but not of its operation, is the same operation later', async () => {
    const organizationId = 43n;
    const own = harness.billing({ ...admin, organizationId });
    const request = { plan: 'starter', successUrl: 'https://example.com/s', cancelUrl: 'https://example.com/c' };
    const call = () => own.startCheckout(request, { headers: { 'idempotency-key': 'checkout' } });
    const hold = harness.stripe.holdWrites();
    const first = call();
    await eventually(() => expect(hold.held()).toBe(1));
    await sql`update idempotency_keys set locked_until = null where organization_id = ${organizationId}`.execute(
      harness.db,
    );
    expect(await refusalOf(call())).toEqual({ reason: 'billing_in_progress', retryAfterSeconds: 5 });
    hold.release();
    const { checkout } = await first;
    expect((await call()).checkout?.id).toBe(checkout?.id);
  });

  test.each([
    { end: 'done', organizationId: 41n, declines: false, refusal: undefined },
    { end: 'refused', organizationId: 42n, declines: true, refusal: { reason: 'payment_failed' } },
  ])(
    'a write that is $end locks the customer before the operation, like a fetch that is faster, and neither waits for the other in a circle',
    async ({ organizationId, declines, refusal }) => {
      const card = harness.stripe.dashboard.card({ declines });
      const hold = harness.stripe.holdWrites(/\/subscriptions$/);
      const call = refusalOf(
        harness.billing({ ...admin, organizationId }).subscribe({ plan: 'starter', paymentMethod: card.id }),
      );
      await eventually(() => expect(hold.held()).toBe(1));
      await harness.db.transaction().execute(async (trx) => {
        // A fetch that stores its state locks the customer first.
        await sql`select from customers where organization_id = ${organizationId} for update`.execute(trx);
        hold.release();
        await eventually(async () => {
          const { rows } = await sql`
            select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
              and query like '%set marks = marks + 1%'`.execute(harness.db);
          expect(rows).toHaveLength(1);
        });
        // The fetch then locks the operation. This must succeed, so the end of the write must not lock the operation
        // before it has locked the customer.
        const { rows } = await sql`
          select from operations where organization_id = ${organizationId} for update nowait`.execute(trx);
        expect(rows).toHaveLength(1);
      });
      expect(await call).toEqual(refusal);
    },
  );

  test('Checkout subscribes, the way back shows it, and only one session can be paid', async () => {
    const three = harness.billing({ ...admin, organizationId: 3n });
    const urls = { successUrl: 'https://example.com/s?id={CHECKOUT_SESSION_ID}', cancelUrl: 'https://example.com/c' };
    const { checkout: first } = await three.startCheckout({ plan: 'starter', ...urls });
    const { checkout: second } = await three.startCheckout({ plan: 'growth', ...urls });
    expect(() => harness.stripe.dashboard.completeCheckout(first?.id ?? '')).toThrow();
    harness.stripe.dashboard.completeCheckout(second?.id ?? '');
    // No hook arrives.
    harness.shift(3_000);
    const { billing } = await three.getBilling({ checkoutSession: second?.id ?? '' });
    expect(billing).toMatchObject({ plan: 'growth', status: SubscriptionStatus.ACTIVE });
    expect(
      await refusalOf(three.startCheckout({ plan: 'scale', successUrl: 'ftp://x', cancelUrl: 'https://x' })),
    ).toEqual({
      reason: 'validation_failed',
    });
  });

  test('settings follow at the customer of Stripe, and no other organization sees them', async () => {
    const account = harness.account(admin);
    const address = { line1: 'Hauptstraße 1', city: 'Berlin', country: 'de' };
    const { billing } = await account.updateAccountBilling({
      updateMask: { paths: ['billing_email', 'tax_id', 'address', 'spend_cap_cents'] },
      billingEmail: 'pay@example.com',
      taxId: 'DE123456789',
      address,
      spendCapCents: 5000n,
    });
    expect(billing).toMatchObject({
      billingEmail: 'pay@example.com',
      taxId: 'DE123456789',
      address: { ...address, country: 'DE' },
      spendCapCents: 5000n,
    });
    const { stripe_customer_id: id } = await harness.db
      .selectFrom('customers')
      .select('stripe_customer_id')
      .where('organization_id', '=', admin.organizationId)
      .executeTakeFirstOrThrow();
    const customer = harness.stripe.account.customers.get(id ?? '');
    await eventually(() => expect(customer).toMatchObject({ email: 'pay@example.com', address: { city: 'Berlin' } }));
    await account.updateAccountBilling({ updateMask: { paths: ['billing_email'] } });
    await eventually(() => expect(customer?.email).toBeNull());
    expect((await account.getAccountBilling({})).billing).toMatchObject({ taxId: 'DE123456789', plan: 'free' });
    expect((await harness.account(otherAdmin).getAccountBilling({})).billing).toMatchObject({ plan: 'scale' });
    expect((await harness.account(otherAdmin).getAccountBilling({})).billing?.taxId).toBeUndefined();
    for (const wrong of [
      { billingEmail: 'nobody' },
      { taxId: ' ' },
      { spendCapCents: -1n },
      { address: { country: 'Germany' } },
    ]) {
      const paths = ['billing_email', 'tax_id', 'address', 'spend_cap_cents'];
      expect(await refusalOf(account.updateAccountBilling({ updateMask: { paths }, ...wrong }))).toEqual({
        reason: 'validation_failed',
      });
    }
  });

  test('an organization that is deleted has no subscription afterwards, and no row', async () => {
    const card = harness.stripe.dashboard.card({ last4: '4444' });
    const deleted = { ...admin, organizationId: 77n };
    await harness.billing(deleted).subscribe({ plan: 'starter', paymentMethod: card.id });
    const ofCustomer = async () => {
      const row = await harness.db
        .selectFrom('customers')
        .select('stripe_customer_id')
        .where('organization_id', '=', 77n)
        .executeTakeFirst();
      return subscriptions().filter(({ customer }) => customer === row?.stripe_customer_id);
    };
    const [live] = await ofCustomer();
    expect(live?.status).toBe('active');
    const rows = harness.harness.clientsFrom(
      'identity',
      OrganizationRowsService,
      service.name,
    )({
      ...deleted,
      actor: { type: 'service', id: 'identity' },
    });
    await eventually(async () => expect(await rows.eraseOrganizationRows({})).toMatchObject({ isDone: true }));
    expect(subscriptions().find(({ id }) => id === live?.id)?.status).toBe('canceled');
    expect(await ofCustomer()).toEqual([]);
    const others = harness.harness.clientsFrom(
      'workflows',
      OrganizationRowsService,
      service.name,
    )({
      ...admin,
      actor: { type: 'service', id: 'workflows' },
    });
    expect(await refusalOf(others.eraseOrganizationRows({}))).toEqual({ reason: 'insufficient_role' });
  });
}
