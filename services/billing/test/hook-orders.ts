import type { Event, FakeStripe, Subscription } from '@drippulse/fake-providers/stripe-billing';
import type { Billing } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { SubscriptionStatusSchema } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { createRandom, type Random, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { admin, type Harness, startHarness } from './harness.ts';

const atOnce = 20;
/** The promise is two seconds; a busy machine gets ten times as long. */
const ceilingMs = 20_000;

/** Tests organizations whose subscriptions change at Stripe, each with its own order of hooks. */
export function hookOrderTests(count: number): void {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.stop());

  test(`hooks of ${count} subscriptions in any order, repeated and lost, end in the state that Stripe has`, async () => {
    const random = createRandom(testSeed('orders of hooks'));
    let slowestMs = 0;
    for (let first = 0; first < count; first += atOnce) {
      const some = Array.from({ length: Math.min(atOnce, count - first) }, (_, index) => BigInt(first + index + 1));
      const times = await Promise.all(some.map((id) => oneOrder(harness, { ...admin, organizationId: id }, random)));
      slowestMs = Math.max(slowestMs, ...times);
    }
    process.stdout.write(`the slowest was right ${slowestMs.toFixed(0)} ms after its last hook\n`);
    await eventsAreChanges(harness);
  }, 600_000);
}

/** Tests one order of hooks. Returns the milliseconds from the last hook until the state was right. */
async function oneOrder(harness: Harness, caller: Caller, random: Random): Promise<number> {
  const { stripe } = harness;
  const billing = harness.billing(caller);
  const urls = { successUrl: 'https://example.com/s', cancelUrl: 'https://example.com/c' };
  const { checkout } = await billing.startCheckout({ plan: 'starter', ...urls });
  const customer = stripe.account.sessions.get(checkout?.id ?? '')?.customer ?? '';
  stripe.dashboard.completeCheckout(checkout?.id ?? '');
  const mine = () => stripe.account.events.filter((event) => isOf(event, customer));
  const changes = 2 + random.below(6);
  for (let n = 0; n < changes; n += 1) {
    changeSomething(stripe, customer, random);
    // Some events arrive in random order while changes still happen.
    for (const event of random.some(mine(), random.below(3))) await harness.deliver(event);
  }
  // Of all other events some are lost, some come twice, and the order is random; at least one comes after the last
  // change.
  for (const event of random.some(mine(), 1 + random.below(mine().length * 2))) await harness.deliver(event);
  const lastEvent = mine().at(-1);
  if (lastEvent === undefined) throw new Error('nothing happened');
  // The event has a new id, because a repeated id would be ignored.
  const unseen = { ...lastEvent, id: `${lastEvent.id}_last` };
  await harness.deliver(unseen);
  const deliveredAt = performance.now();
  await eventually(
    async () => {
      const { billing: shown } = await billing.getBilling({});
      expect(summary(shown)).toEqual(atStripe(stripe, customer));
    },
    { timeoutMs: ceilingMs },
  );
  return performance.now() - deliveredAt;
}

function isOf({ data: { object } }: Event, customer: string): boolean {
  const { id, customer: of } = object as { id?: string; customer?: string }; // every object of the fake has either
  return id === customer || of === customer;
}

function subscriptionsOf({ account }: FakeStripe, customer: string): Subscription[] {
  return [...account.subscriptions.values()].filter((one) => one.customer === customer);
}

function changeSomething(stripe: FakeStripe, customerId: string, random: Random): void {
  const { dashboard, account } = stripe;
  const live = subscriptionsOf(stripe, customerId).find(({ status }) => status !== 'canceled');
  const customer = account.customers.get(customerId);
  if (customer === undefined) throw new Error('there is no customer');
  if (live === undefined) {
    dashboard.subscribe(customerId, random.pick(['starter', 'growth', 'scale']));
    return;
  }
  random.pick([
    () => dashboard.failPayment(live),
    () => dashboard.pay(live),
    () => dashboard.giveUp(live),
    () => dashboard.scheduleEnd(live, 2_000_000_000 + random.below(1000)),
    () => dashboard.scheduleEnd(live, null),
    () => dashboard.changePlan(live, random.pick(['starter', 'growth', 'scale']), 1 + random.below(5)),
    () => dashboard.renew(live, 86_400 * (1 + random.below(30))),
    () => dashboard.replaceCard(customer, String(1000 + random.below(9000))),
    () => dashboard.end(live),
  ])();
}

/** Returns the expected answer, derived from the fake directly. */
function atStripe(stripe: FakeStripe, customerId: string) {
  const all = subscriptionsOf(stripe, customerId);
  const counted = all.find(({ status }) => status !== 'canceled') ?? all.at(-1);
  const customer = stripe.account.customers.get(customerId);
  const [item] = counted?.items.data ?? [];
  const isOver = counted?.status === 'canceled';
  const card = counted?.default_payment_method ?? customer?.invoice_settings.default_payment_method ?? '';
  return {
    plan: isOver ? 'free' : item?.price.product.replace('prod_', ''),
    status: counted?.status,
    quantity: item?.quantity,
    amount: (item?.price.unit_amount ?? 0) * (item?.quantity ?? 0),
    cancelAt: isOver ? undefined : (counted?.cancel_at ?? undefined),
    periodEnd: isOver ? undefined : item?.current_period_end,
    last4: stripe.account.methods.get(card)?.card.last4,
  };
}

function summary(billing: Billing | undefined) {
  const seconds = (time: { seconds: bigint } | undefined) => (time === undefined ? undefined : Number(time.seconds));
  return {
    plan: billing?.plan,
    status: SubscriptionStatusSchema.value[billing?.status ?? 0]?.localName.toLowerCase(),
    quantity: billing?.quantity,
    amount: Number(billing?.amountCents),
    cancelAt: seconds(billing?.cancelAt),
    periodEnd: seconds(billing?.currentPeriodEnd),
    last4: billing?.defaultPaymentMethod?.last4,
  };
}

/** Checks the events: each must differ from the previous one, and an organization's last event must equal its state. */
async function eventsAreChanges(harness: Harness): Promise<void> {
  const rows = await harness.db.selectFrom('customers').select(['organization_id', 'sequence']).execute();
  await eventually(async () => {
    const total = rows.reduce((sum, { sequence }) => sum + sequence, 0n);
    expect(BigInt(harness.events.length)).toBe(total);
  });
  for (const { organization_id: organizationId } of rows) {
    const own = harness.events.filter((event) => event.organizationId === organizationId);
    const told = own.map(({ payload }) =>
      summary(payload.case === 'subscriptionUpdated' ? payload.value.billing : undefined),
    );
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, index) => BigInt(index + 1)));
    for (let index = 1; index < own.length; index += 1)
      expect(own[index]?.payload).not.toEqual(own[index - 1]?.payload);
    const { billing } = await harness.billing({ ...admin, organizationId }).getBilling({});
    expect(told.at(-1)).toEqual(summary(billing));
  }
}
