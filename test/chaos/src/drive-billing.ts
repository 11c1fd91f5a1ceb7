import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '@connectrpc/connect';
import {
  changeRandomly,
  type Event,
  eventsOf,
  type FailureMode,
  type FakeStripe,
  liveOf,
  plans,
  signEvent,
  stateAtStripe,
  subscriptionsOf,
} from '@drippulse/fake-providers/stripe-billing';
import { CancelTime } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { payingOrganizations } from './billing.ts';
import { type BillingClient, hookSecret } from './clients.ts';
import { type Driving, pause } from './driving.ts';
import type { History } from './history.ts';
import { createRandom } from './random.ts';
import { callMs, createUntilAnswered } from './until-answered.ts';

/** Minimum number of changes of each subscription, even on a busy machine. */
const minRounds = 12;
const failures: readonly FailureMode[] = ['lose', 'cut', 'break', 'refuse'];

type Billing = ReturnType<BillingClient['billing']>;
type DrivingBilling = Pick<Driving, 'seed' | 'stopped'> & {
  history: Pick<History, 'atStripe'>;
  clients: readonly BillingClient[];
  stripe: FakeStripe;
};

/**
 * Changes subscriptions through the platform and at Stripe. Stripe fails now and then, and its hooks come in any order,
 * more than once, or never. The last hook of each organization arrives, because Stripe repeats a hook that was not
 * answered.
 */
export async function driveBilling(driving: DrivingBilling): Promise<void> {
  await Promise.all([failAtTimes(driving), ...payingOrganizations.map((id) => drivePayer(driving, id))]);
}

async function failAtTimes(driving: DrivingBilling): Promise<void> {
  const { stripe, stopped } = driving;
  const random = createRandom(driving.seed, 'failures of Stripe');
  while (!stopped.aborted) {
    await pause(driving, random.between(2_000, 5_000));
    await stripe.fail(random.pick(failures));
    await sleep(random.between(200, 1_500));
    await stripe.fail(undefined);
  }
}

async function drivePayer(driving: DrivingBilling, organizationId: bigint): Promise<void> {
  const { stripe, history, stopped, clients } = driving;
  const random = createRandom(driving.seed, `subscriptions of ${organizationId}`);
  const untilAnswered = createUntilAnswered(clients);
  let keys = 0;
  /** Calls with one key until there is an answer. */
  const call = async <T>(send: (billing: Billing, options: CallOptions) => Promise<T>): Promise<T> => {
    keys += 1;
    const headers = { 'idempotency-key': `billing-${organizationId}-${keys}` };
    return untilAnswered((client) => send(client.billing(organizationId), { headers, timeoutMs: callMs }));
  };

  const urls = { successUrl: 'https://example.com/s', cancelUrl: 'https://example.com/c' };
  const { checkout } = await call((billing, options) => billing.startCheckout({ plan: 'starter', ...urls }, options));
  const customer = stripe.account.sessions.get(checkout?.id ?? '')?.customer ?? '';
  stripe.dashboard.completeCheckout(checkout?.id ?? '');
  let made = 1;
  const events = () => eventsOf(stripe, customer);

  for (let round = 0; round < minRounds || !stopped.aborted; round++) {
    const live = liveOf(stripe, customer);
    if (live?.status === 'active' && random.next() < 0.5) {
      await changeByCall(live.cancel_at_period_end || live.cancel_at !== null);
    } else if (live === undefined) {
      made += 1;
      await subscribe();
    } else {
      changeRandomly(stripe, customer, (count) => random.between(0, count - 1));
    }
    for (let count = random.between(0, 3); count > 0; count--) {
      // If the process does not answer, the hook is lost.
      await deliver(random.pick(events()), random.pick(clients)).catch(() => undefined);
    }
    await pause(driving, random.between(300, 1_200));
  }
  const last = events().at(-1);
  if (last === undefined) throw new Error(`nothing happened at Stripe for ${organizationId}`);
  // The event gets a new id, because it may have been delivered before the last call of a process changed the state.
  await untilAnswered((client) => deliver({ ...last, id: `${last.id}_last` }, client));
  history.atStripe.push({
    organizationId,
    subscriptions: { wanted: made, made: subscriptionsOf(stripe, customer).length },
    state: stateAtStripe(stripe, customer),
  });

  async function subscribe(): Promise<void> {
    const { id: paymentMethod } = stripe.dashboard.card({ last4: String(random.between(1_000, 9_999)) });
    const request = { plan: random.pick(plans), quantity: random.between(1, 5), paymentMethod };
    await call((billing, options) => billing.subscribe(request, options));
  }

  async function changeByCall(isEnding: boolean): Promise<void> {
    const end = (at: CancelTime) => call((billing, options) => billing.cancelSubscription({ at }, options));
    const keep = () => call((billing, options) => billing.reactivateSubscription({}, options));
    await random.pick<() => Promise<unknown>>([
      subscribe,
      ...(isEnding ? [keep] : [() => end(CancelTime.NOW), () => end(CancelTime.PERIOD_END)]),
    ])();
  }
}

function deliver(event: Event, client: BillingClient): Promise<unknown> {
  const { body, header } = signEvent(event, hookSecret);
  const request = { body: { contentType: 'application/json', data: Buffer.from(body) } };
  return client.hooks.receiveStripeEvent(request, { headers: { 'stripe-signature': header }, timeoutMs: callMs });
}
