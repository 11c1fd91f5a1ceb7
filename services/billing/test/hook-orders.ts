import { changeRandomly, eventsOf, liveOf, stateAtStripe } from '@drippulse/fake-providers/stripe-billing';
import type { Billing } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { SubscriptionStatusSchema } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { createRandom, type Random, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { admin, type Harness, startHarness } from './harness.ts';

const atOnce = 20;
/** The service promises two seconds; a busy machine is allowed ten times as long. */
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
  const mine = () => eventsOf(stripe, customer);
  const changes = 2 + random.below(6);
  for (let n = 0; n < changes; n += 1) {
    if (liveOf(stripe, customer) !== undefined) changeRandomly(stripe, customer, random.below);
    else stripe.dashboard.subscribe(customer, random.pick(['starter', 'growth', 'scale']));
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
      const { subscription: _, ...wanted } = stateAtStripe(stripe, customer);
      expect(summary(shown)).toEqual(wanted);
    },
    { timeoutMs: ceilingMs },
  );
  return performance.now() - deliveredAt;
}

function summary(billing: Billing | undefined) {
  const seconds = (time: { seconds: bigint } | undefined) => (time === undefined ? null : Number(time.seconds));
  return {
    plan: billing?.plan,
    status: SubscriptionStatusSchema.value[billing?.status ?? 0]?.localName.toLowerCase(),
    quantity: billing?.quantity,
    amount_cents: Number(billing?.amountCents),
    cancel_at: seconds(billing?.cancelAt),
    current_period_end: seconds(billing?.currentPeriodEnd),
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
