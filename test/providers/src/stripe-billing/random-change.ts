import { liveOf } from './customer-state.ts';
import { plans } from './objects.ts';
import type { FakeStripe } from './start.ts';

/**
 * Changes the live subscription of a customer, or its card, as Stripe or a person on Stripe's pages does. `below`
 * returns a random whole number from 0 to `count` - 1.
 */
export function changeRandomly(stripe: FakeStripe, customerId: string, below: (count: number) => number): void {
  const { dashboard, account } = stripe;
  const live = liveOf(stripe, customerId);
  const customer = account.customers.get(customerId);
  if (live === undefined || customer === undefined) throw new Error(`${customerId} has no live subscription`);
  const changes = [
    () => dashboard.failPayment(live),
    () => dashboard.pay(live),
    () => dashboard.giveUp(live),
    () => dashboard.scheduleEnd(live, 2_000_000_000 + below(1_000)),
    () => dashboard.scheduleEnd(live, null),
    () => dashboard.changePlan(live, plans[below(plans.length)] ?? 'starter', 1 + below(5)),
    () => dashboard.renew(live, 86_400 * (1 + below(30))),
    () => dashboard.replaceCard(customer, String(1_000 + below(9_000))),
    () => dashboard.end(live),
  ];
  changes[below(changes.length)]?.();
}
