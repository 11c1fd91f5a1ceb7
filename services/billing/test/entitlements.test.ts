import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { entitlementsTopic, usageTopic } from '@drippulse/entitlements';
import { appendEvents } from '@drippulse/events';
import type { Subscription } from '@drippulse/fake-providers/stripe-billing';
import { Meter } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { admin, type Harness, startHarness } from './harness.ts';

const dayMs = 24 * 3_600_000;
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ organizations: [1n, 2n] });
});
afterAll(() => harness.stop());

const [runtime, crm] = [serviceOf('enrollments'), serviceOf('crm')];
const last = (service: string, organizationId = 1n) => harness.applied.get(`${service} ${organizationId}`)?.at(-1);

function subscription(): Subscription {
  const found = [...harness.stripe.account.subscriptions.values()].at(-1);
  if (found === undefined) throw new Error('there is no subscription');
  return found;
}

/** Delivers the hook of the last change at Stripe. */
async function hook(): Promise<void> {
  const event = harness.stripe.account.events.at(-1);
  if (event !== undefined) await harness.deliver(event);
}

test('every organization gets the limits of its plan at every service that counts, also one that was away', async () => {
  await eventually(() => {
    for (const id of [1n, 2n]) expect(last(crm, id)).toMatchObject({ sequence: 1n, plan: 'free', entriesHeld: false });
  });
  harness.away.add(crm);
  const card = harness.stripe.dashboard.card();
  await harness.billing(admin).subscribe({ plan: 'starter', quantity: 2, paymentMethod: card.id });
  await eventually(() => expect(last(runtime)).toMatchObject({ sequence: 2n, plan: 'starter' }));
  const limits = last(runtime)?.limits.map(({ meter, limit }) => [meter, limit]);
  expect(limits).toContainEqual([Meter.ENROLLMENTS, 40_000n]);
  expect(limits).toContainEqual([Meter.LLM_COST_USD, 100_000_000n]);
  expect(last(crm)?.sequence).toBe(1n);
  harness.away.delete(crm);
  harness.shift(60_000);
  await eventually(() => expect(last(crm)).toMatchObject({ sequence: 2n, plan: 'starter' }));
  expect(last(runtime, 2n)?.plan).toBe('free');
  // The plan `scale` has no limit on contacts, so the limits have no entry for contacts.
  await harness.billing(admin).subscribe({ plan: 'scale', quantity: 1 });
  await eventually(() => expect(last(crm)?.plan).toBe('scale'));
  expect(last(crm)?.limits.map(({ meter }) => meter)).not.toContain(Meter.CONTACTS);
});

test('usage is what the services say, and a service that is away is left out', async () => {
  const read = async () => (await harness.account(admin).getAccountBilling({})).billing;
  const all = await read();
  expect(all?.usage.map(({ meter, used }) => [meter, used])).toEqual([
    ['enrollments', 7],
    ['emails', 7],
    ['events', 7],
    ['llm_cost_usd', 0.000007],
    ['agents', 7],
    ['seats', 7],
    ['contacts', 7],
  ]);
  harness.away.add(crm);
  expect((await read())?.usage.map(({ meter }) => meter)).toEqual([
    'enrollments',
    'emails',
    'events',
    'llm_cost_usd',
    'agents',
    'seats',
  ]);
  harness.away.delete(crm);
});

test('a threshold is reported once for its month, as an event and as one mail to each admin', async () => {
  const before = (await harness.mails()).length;
  const periodStart = timestampFromDate(new Date('2026-11-01T00:00:00Z'));
  const reached = { meter: Meter.EMAILS, threshold: 80, used: 8n, limit: 10n, periodStart };
  // Publishes as a service that counts would, twice.
  const publish = () =>
    harness.db
      .transaction()
      .execute((trx) =>
        appendEvents(trx, usageTopic, [
          { organizationId: 1n, aggregate: 'organization:1', payload: { case: 'thresholdReached', value: reached } },
        ]),
      );
  await publish();
  await publish();
  const events = () => harness.events.filter(({ payload }) => payload.case === 'usageThresholdReached');
  await eventually(async () => {
    expect(events().map(({ payload }) => payload.value)).toMatchObject([
      { meter: 'emails', threshold: 80, used: 8, limit: 10 },
    ]);
    expect((await harness.mails()).length).toBe(before + 2);
  });
  const rows = await harness.db.selectFrom('thresholds').selectAll().execute();
  expect(rows).toHaveLength(1);
});

test('a failed payment reminds three times, lets new entries wait after 14 days, and is forgotten once paid', async () => {
  const mails = async () => (await harness.mails()).length;
  const before = await mails();
  const row = () =>
    harness.db.selectFrom('customers').selectAll().where('organization_id', '=', 1n).executeTakeFirstOrThrow();
  harness.stripe.dashboard.failPayment(subscription());
  await hook();
  await eventually(async () => expect((await row()).past_due_since).not.toBeNull());
  const steps: readonly [number, number][] = [
    [1, 1],
    [7, 2],
    [13, 3],
  ];
  let at = 0;
  for (const [day, count] of steps) {
    harness.shift((day - at) * dayMs);
    at = day;
    await restart();
    await eventually(async () => expect(await mails()).toBe(before + 2 * count));
    expect(last(runtime)?.entriesHeld).toBe(false);
  }
  harness.shift(dayMs + 60_000);
  await restart();
  await eventually(() => expect([last(runtime)?.entriesHeld, last(crm)?.entriesHeld]).toEqual([true, true]));
  expect(last(runtime)?.plan).toBe('scale');
  harness.stripe.dashboard.pay(subscription());
  await hook();
  await eventually(() => expect(last(runtime)?.entriesHeld).toBe(false));
  expect(await row()).toMatchObject({ past_due_since: null, dunning_step: 0 });
  expect(await mails()).toBe(before + 6);
});

test('the event of entitlements says what the push said', async () => {
  const published = await harness.harness.collect(
    (await import('@drippulse/proto/drippulse/entitlements/v1/events_pb')).EntitlementsEventSchema,
  );
  await eventually(() => {
    const own = published.filter(({ organizationId }) => organizationId === 1n);
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, index) => BigInt(index + 1)));
    expect(own.at(-1)?.payload.value).toMatchObject({ plan: 'scale', sequence: last(runtime)?.sequence });
  });
  expect(entitlementsTopic.name).toBe('drippulse.entitlements.v1');
});

/** Restarts the service, because the loop of reminders runs only at its start and twice a minute. */
async function restart(): Promise<void> {
  await harness.stopServices();
  await harness.start();
}
