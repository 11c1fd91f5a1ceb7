import { readFileSync } from 'node:fs';
import { startStripeMock } from '@drippulse/fake-providers/stripe-billing';
import { Meter } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { admin, type Harness, otherAdmin, startHarness } from './harness.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const plans = JSON.parse(readFileSync(new URL('../src/plans/default-plans.json', import.meta.url), 'utf8'));
/**
 * 20,000 enrollments and 50,000 mails are included; a further enrollment costs 2 cents, and a further mail a tenth of a
 * cent.
 */
const overage = {
  enrollments: { unit_cents: 2, lookup_key: 'more_enrollments', event_name: 'enrollments' },
  emails: { unit_cents: 0.1, lookup_key: 'more_mails', event_name: 'mails' },
};

const mock = await startStripeMock();
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    organizations: [1n, 2n],
    env: { PLANS: JSON.stringify({ ...plans, overage }) },
    ...(!('unavailable' in mock) && { mock: mock.url }),
  });
  for (const { lookup_key: lookupKey, event_name: eventName } of Object.values(overage)) {
    harness.stripe.dashboard.meter({ eventName, lookupKey });
  }
  // Ten minutes past a full hour in the middle of a month.
  const now = harness.now();
  harness.shift(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 10, 12, 10) - now.getTime());
});
afterAll(async () => {
  await harness.stop();
  if (!('unavailable' in mock)) await mock.stop();
});

const runtime = serviceOf('enrollments');
const month = () => harness.now().toISOString().slice(0, 7);
const use = (enrollments: bigint, of = month()) => harness.usedIn.set(`enrollments ${of}`, enrollments);
const ceilings = (organizationId = 1n) =>
  harness.applied
    .get(`${runtime} ${organizationId}`)
    ?.at(-1)
    ?.limits.filter(({ meter }) => meter === Meter.ENROLLMENTS || meter === Meter.EMAILS)
    .map(({ ceiling }) => ceiling);
const charged = (eventName = 'enrollments') => {
  const [customer] = harness.stripe.account.customers.keys();
  return harness.stripe.dashboard.metered(customer ?? '', eventName);
};
const overageCents = async () => (await harness.account(admin).getAccountBilling({})).billing?.overageCents;
const setCap = (cents: bigint | undefined) =>
  harness.account(admin).updateAccountBilling({
    updateMask: { paths: ['spend_cap_cents'] },
    ...(cents !== undefined && { spendCapCents: cents }),
  });

/** Moves the time and restarts the service, because the loops check the time when they start, and then seldom. */
async function pass(ms: number): Promise<void> {
  await harness.stopServices();
  harness.shift(ms);
  await harness.start();
}

test('who sets a cap may use as much beyond the plan as it covers, and what was used before costs nothing', async () => {
  const card = harness.stripe.dashboard.card();
  for (const caller of [admin, otherAdmin]) {
    await harness
      .billing(caller)
      .subscribe({ plan: 'starter', quantity: 1, paymentMethod: card.id })
      .catch(() => undefined);
  }
  use(20_500n);
  await pass(6 * minuteMs);
  await eventually(() => expect(ceilings()).toEqual([undefined, undefined]));
  await setCap(1_000n);
  // 500 more enrollments, or 10,000 more mails.
  await eventually(() => expect(ceilings()).toEqual([21_000n, 60_000n]));
  const [subscription] = harness.stripe.account.subscriptions.values();
  expect(subscription?.items.data.map(({ price }) => price.lookup_key)).toEqual([
    'drippulse_starter',
    'more_enrollments',
    'more_mails',
  ]);
  expect((await harness.billing(admin).getBilling({})).billing).toMatchObject({ plan: 'starter', amountCents: 4_900n });
  expect(await overageCents()).toBe(0n);
  expect(ceilings(2n)).toEqual([undefined, undefined]);
});

test('what goes beyond the plan is charged once by the hour, however often it is looked at and answers are lost', async () => {
  use(20_510n);
  await pass(6 * minuteMs);
  await eventually(async () => expect(await overageCents()).toBe(20n));
  // The ceiling of mails falls; the ceiling of enrollments stays.
  await eventually(() => expect(ceilings()).toEqual([21_000n, 59_800n]));
  expect(harness.stripe.account.meterEvents).toEqual([]);
  // An older answer adds nothing.
  use(20_505n);
  await harness.stripe.fail('cut');
  await pass(hourMs);
  await eventually(() => expect(harness.stripe.account.meterEvents).toHaveLength(1));
  await harness.stripe.fail(undefined);
  use(20_530n);
  await pass(hourMs);
  await eventually(async () => expect(await overageCents()).toBe(60n));
  await pass(62 * minuteMs);
  await eventually(() => expect(charged()).toBe(30));
  const { meterEvents } = harness.stripe.account;
  expect(new Set(meterEvents.map(({ identifier }) => identifier)).size).toBe(meterEvents.length);
  await eventually(async () => {
    const hours = await harness.db.selectFrom('metered_hours').selectAll().orderBy('hour').execute();
    expect(hours.map(({ quantity, sent_quantity: sent }) => [quantity, sent])).toEqual([
      [10n, 10n],
      [20n, 20n],
    ]);
  });
});

test('no more is charged than the cap, whatever is used', async () => {
  use(25_000n);
  harness.usedIn.set(`emails ${month()}`, 70_000n);
  await pass(6 * minuteMs);
  await eventually(async () => expect(await overageCents()).toBe(1_000n));
  await eventually(() => expect(ceilings()).toEqual([20_500n, 50_000n]));
  await pass(62 * minuteMs);
  await eventually(() => expect(charged() * 2 + charged('mails') / 10).toBe(1_000));
});

test('what the last hour of a month used is charged in it, and the next month begins with nothing used', async () => {
  await setCap(10_000n);
  const former = month();
  const before = charged();
  await eventually(() => expect(ceilings()?.[0]).toBeGreaterThan(25_000n));
  const now = harness.now();
  const turn = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  // The service is stopped, so the usage is not checked before the month has ended.
  await harness.stopServices();
  use(25_100n);
  harness.shift(turn + 2 * hourMs - now.getTime());
  use(20_003n);
  await harness.start();
  const ofLastHour = async () =>
    (
      await harness.db
        .selectFrom('metered_hours')
        .selectAll()
        .where('hour', '=', new Date(turn - hourMs))
        .execute()
    )[0];
  await eventually(async () => expect(await ofLastHour()).toMatchObject({ quantity: 100n, sent_quantity: 100n }));
  await eventually(async () => expect(await overageCents()).toBe(6n));
  expect(charged()).toBe(before + 100);
  const months = await harness.db.selectFrom('metered_months').selectAll().orderBy('month').execute();
  const enrollments = months.filter(({ meter }) => meter === 'enrollments');
  expect(enrollments.map(({ month: of, is_final }) => [of.toISOString().slice(0, 7), is_final])).toEqual([
    [former, true],
    [month(), false],
  ]);
});

test('without a cap the limits hold again, what was used under it is charged, and nothing further', async () => {
  use(20_010n);
  await setCap(undefined);
  const before = await overageCents();
  expect(before).toBe(20n);
  await eventually(() => expect(ceilings()).toEqual([undefined, undefined]));
  use(30_000n);
  await pass(6 * minuteMs);
  await pass(62 * minuteMs);
  await eventually(() => expect(charged()).toBeGreaterThan(0));
  expect(await overageCents()).toBe(before);
});
