import { SubscriptionStatus } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { admin, type Harness, refusalOf, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ hasStripe: false });
});
afterAll(() => harness.stop());

test('without a key the plan has no limits, and every call of Stripe says that there is none', async () => {
  const billing = harness.billing(admin);
  expect((await billing.getBilling({ checkoutSession: 'cs_1' })).billing).toMatchObject({
    plan: 'self_hosted',
    status: SubscriptionStatus.NONE,
  });
  const account = (await harness.account(admin).getAccountBilling({})).billing;
  expect(account?.plan).toBe('self_hosted');
  expect(account?.limits.every(({ limit }) => limit === undefined)).toBe(true);
  expect(account?.limits.map(({ meter }) => meter)).toContain('enrollments');
  const urls = { successUrl: 'https://example.com/s', cancelUrl: 'https://example.com/c' };
  const calls = [
    billing.subscribe({ plan: 'starter' }),
    billing.cancelSubscription({}),
    billing.reactivateSubscription({}),
    billing.startCheckout({ plan: 'starter', ...urls }),
    billing.openPortal({}),
    billing.listPaymentMethods({}),
    billing.listInvoices({}),
    harness.hooks.receiveStripeEvent({}),
  ];
  for (const call of calls) expect((await refusalOf(call))?.reason).toBe('billing_not_configured');
  expect(harness.stripe.requests).toEqual([]);
});
