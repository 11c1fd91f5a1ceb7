import { readFileSync } from 'node:fs';
import { type FakeStripe, signEvent, startFakeStripe } from '@drippulse/fake-providers/stripe-billing';
import { type Api, type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeMember, roles } from '../src/organizations.ts';
import { startOwnDatabase } from '../src/own-database.ts';

const secret = 'whsec_journey';
/** The default plans, with enough seats for a member of each role. */
const plans = JSON.parse(
  readFileSync(new URL('../../../services/billing/src/plans/default-plans.json', import.meta.url), 'utf8'),
);
plans.plans.free.limits.seats = 20;
let database: TestDatabase;
let stripe: FakeStripe;
let platform: RunningPlatform;
let members: Record<(typeof roles)[number], Api>;

beforeAll(async () => {
  database = await startOwnDatabase();
  stripe = await startFakeStripe();
  platform = await startLayout('start', {
    env: {
      DATABASE_URL: database.url,
      STRIPE_SECRET_KEY: 'sk_test_journey',
      STRIPE_WEBHOOK_SECRET: secret,
      STRIPE_API_BASE: stripe.url,
      PLANS: JSON.stringify(plans),
    },
  });
  members = {
    viewer: await makeMember(platform, 'viewer', 'billing-viewer'),
    approver: await makeMember(platform, 'approver', 'billing-approver'),
    editor: await makeMember(platform, 'editor', 'billing-editor'),
    admin: await makeMember(platform, 'admin', 'billing-admin'),
  };
});
afterAll(async () => {
  await platform?.dispose();
  await stripe?.stop();
  await database?.drop();
});

const urls = { success_url: 'https://example.com/s?id={CHECKOUT_SESSION_ID}', cancel_url: 'https://example.com/c' };
const writes: readonly [string, string, object][] = [
  ['POST', '/api/v1/billing/checkout', { plan: 'starter', ...urls }],
  ['POST', '/api/v1/billing/subscribe', { plan: 'growth', quantity: 2 }],
  ['POST', '/api/v1/billing/cancel', { at: 'period_end', reason: 'We need it no longer' }],
  ['POST', '/api/v1/billing/reactivate', {}],
  ['POST', '/api/v1/billing/portal', { return_url: 'https://example.com/billing' }],
  [
    'PATCH',
    '/api/v1/account/billing',
    { billing_email: 'pay@example.com', address: { city: 'Berlin', country: 'DE' } },
  ],
];
const reads = [
  '/api/v1/billing',
  '/api/v1/billing/payment-methods',
  '/api/v1/billing/invoices',
  '/api/v1/account/billing',
];

test('an organization subscribes by Checkout, changes, ends and keeps its plan; only admins may', async () => {
  const { admin } = members;
  for (const role of ['viewer', 'approver', 'editor'] as const) {
    for (const [method, path, body] of writes) {
      expect((await members[role].request(method, path, body)).status).toBe(403);
    }
  }
  const answers: Record<string, unknown> = {};
  for (const [method, path, body] of writes) {
    const { status, body: answer } = await admin.request(method, path, body);
    answers[path] = status;
    if (path.endsWith('checkout')) {
      stripe.dashboard.completeCheckout(answer.id);
      const back = await admin.get(`/api/v1/billing?checkout_session=${answer.id}`);
      expect(back.body).toMatchObject({ plan: 'starter', status: 'active', quantity: 1 });
      // The payment method from Checkout belongs to the subscription. The payment method of the customer is for later
      // charges.
      const card = stripe.dashboard.card();
      const changed = await admin.post('/api/v1/billing/subscribe', { plan: 'scale', payment_method: card.id });
      expect(changed).toMatchObject({ status: 200, body: { plan: 'scale' } });
    }
    if (path.endsWith('cancel')) expect(answer).toMatchObject({ cancel_at_period_end: true, plan: 'growth' });
    if (path.endsWith('reactivate')) expect(answer).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
  }
  expect(Object.values(answers)).toEqual([201, 200, 200, 200, 201, 200]);
  for (const role of roles) {
    for (const path of reads) expect((await members[role].get(path)).status).toBe(200);
  }
  const { body: account } = await members.viewer.get('/api/v1/account/billing');
  expect(account).toMatchObject({ plan: 'growth', status: 'active', billing_email: 'pay@example.com' });
  expect(account.limits).toContainEqual({ meter: 'enrollments', limit: 400_000 });
  const { body: listed } = await members.viewer.get('/api/v1/billing/invoices?limit=1');
  expect(listed.invoices[0]).toMatchObject({ status: 'paid', url: null, pdf_url: null });
  expect((await members.admin.get('/api/v1/billing/invoices')).body.invoices[0].url).toMatch(/^https/);
  await eventually(async () => {
    const { body } = await admin.get('/api/v1/audit_events?name=plan.changed');
    expect(body.audit_events.map(({ actor }: { actor: { name: string } }) => actor.name)).toContain('billing-admin');
  });
});

test('events of Stripe come in at both addresses, without a credential but their signature', async () => {
  const subscription = [...stripe.account.subscriptions.values()].at(-1);
  if (subscription === undefined) throw new Error('there is no subscription');
  const send = async (prefix: string, header: string, body: string) =>
    platform.api
      .as(null)
      .request('POST', `${prefix}/webhooks/stripe`, body, { headers: { 'stripe-signature': header } });
  for (const [prefix, plan] of [
    ['', 'starter'],
    ['/api/v1', 'scale'],
  ] as const) {
    stripe.dashboard.changePlan(subscription, plan, 1);
    const event = stripe.account.events.at(-1);
    if (event === undefined) throw new Error('there is no event');
    const now = Math.floor(Date.now() / 1000);
    for (const [by, at] of [
      ['whsec_forged', now],
      [secret, now - 400],
      [secret, now + 400],
    ] as const) {
      const wrong = signEvent(event, by, at);
      expect((await send(prefix, wrong.header, wrong.body)).status).toBe(400);
    }
    const { header, body } = signEvent(event, secret);
    expect(await send(prefix, header, body)).toMatchObject({ status: 200, body: { duplicate: false } });
    expect(await send(prefix, header, body)).toMatchObject({ status: 200, body: { duplicate: true } });
    await eventually(async () => expect((await members.viewer.get('/api/v1/billing')).body.plan).toBe(plan));
  }
});

test('while Stripe is away, its routes answer 503 with Retry-After and everything else works', async () => {
  await stripe.fail('refuse');
  const { admin } = members;
  for (const path of ['/api/v1/billing/payment-methods', '/api/v1/billing/invoices']) {
    const answer = await admin.get(path);
    expect(answer).toMatchObject({ status: 503, body: { error: 'stripe_unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  for (const [method, path, body] of writes.slice(1, 5)) {
    const answer = await admin.request(method, path, body);
    expect(answer).toMatchObject({ status: 503, body: { error: 'stripe_unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect((await admin.get('/api/v1/billing')).body.plan).toBe('scale');
  const steps = [{ type: 'log', config: { message: 'on' } }];
  const { body: workflow } = await admin.post('/api/v1/workflows', { name: 'Works', status: 'active', steps });
  const contacts = [{ email: 'ada@example.com' }];
  expect((await admin.post(`/api/v1/workflows/${workflow.id}/enrollments/bulk`, { contacts })).status).toBe(201);
  await stripe.fail(undefined);
  expect((await admin.get('/api/v1/billing/invoices')).status).toBe(200);
});
