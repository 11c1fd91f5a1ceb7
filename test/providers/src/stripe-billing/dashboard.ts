import type { Customer, Method, Price, Subscription } from './objects.ts';
import { beginSubscription, type Desk, endSubscription } from './routes.ts';

/**
 * The actions of people on Stripe's own pages, and the effects of passing time. Each change emits the events that
 * Stripe would emit.
 */
export type Dashboard = ReturnType<typeof dashboardOf>;

export function dashboardOf(desk: Desk) {
  const { account } = desk;
  const updated = (subscription: Subscription) => desk.emit('customer.subscription.updated', subscription);
  return {
    /** Adds a card, as if a person had entered it into Stripe's form. */
    card({ declines = false, last4 = '4242' }: { declines?: boolean; last4?: string } = {}): Method {
      const method: Method = {
        id: desk.id('pm'),
        object: 'payment_method',
        type: 'card',
        card: { brand: 'visa', last4, exp_month: 12, exp_year: 2030 },
        customer: null,
        created: desk.now(),
        declines,
      };
      account.methods.set(method.id, method);
      return method;
    },
    /** Pays a Checkout session with a new card. */
    completeCheckout(id: string): Subscription {
      const session = account.sessions.get(id);
      if (session?.status !== 'open') throw new Error(`the session ${id} is not open`);
      const method = this.card();
      method.customer = session.customer;
      session.status = 'complete';
      const [item] = session.line_items;
      const subscription = beginSubscription(desk, {
        customer: session.customer,
        price: item?.price ?? '',
        quantity: item?.quantity ?? 1,
        method: method.id,
        metadata: {},
      });
      desk.emit('checkout.session.completed', session);
      return subscription;
    },
    /** Creates a subscription by hand, as the operator does. */
    subscribe(customer: string, plan: string): Subscription {
      const method = this.card();
      method.customer = customer;
      return beginSubscription(desk, {
        customer,
        price: `price_${plan}`,
        quantity: 1,
        method: method.id,
        metadata: {},
      });
    },
    /** Makes a payment of a subscription fail. */
    failPayment(subscription: Subscription): void {
      subscription.status = 'past_due';
      desk.emit('invoice.payment_failed', { object: 'invoice', customer: subscription.customer });
      updated(subscription);
    },
    /** Pays the due amount of a subscription. */
    pay(subscription: Subscription): void {
      subscription.status = 'active';
      updated(subscription);
      desk.emit('invoice.paid', { object: 'invoice', customer: subscription.customer });
    },
    giveUp(subscription: Subscription): void {
      subscription.status = 'unpaid';
      updated(subscription);
    },
    /**
     * Schedules the end of a subscription as Stripe's portal does, with `cancel_at` and without `cancel_at_period_end`.
     */
    scheduleEnd(subscription: Subscription, at: number | null): void {
      subscription.cancel_at = at;
      subscription.cancel_at_period_end = false;
      updated(subscription);
    },
    end(subscription: Subscription): void {
      endSubscription(desk, subscription);
    },
    changePlan(subscription: Subscription, plan: string, quantity: number): void {
      const [item] = subscription.items.data;
      const price = account.prices.get(`price_${plan}`);
      if (item === undefined || price === undefined) throw new Error(`there is no price of ${plan}`);
      item.price = price;
      item.quantity = quantity;
      updated(subscription);
    },
    renew(subscription: Subscription, seconds: number): void {
      for (const item of subscription.items.data) {
        item.current_period_start = item.current_period_end;
        item.current_period_end += seconds;
      }
      updated(subscription);
      desk.emit('invoice.paid', { object: 'invoice', customer: subscription.customer });
    },
    /** Replaces the default card of a customer. */
    replaceCard(customer: Customer, last4: string): void {
      const method = this.card({ last4 });
      method.customer = customer.id;
      desk.emit('payment_method.attached', method);
      customer.invoice_settings.default_payment_method = method.id;
      desk.emit('customer.updated', customer);
      for (const subscription of account.subscriptions.values()) {
        if (subscription.customer === customer.id) subscription.default_payment_method = null;
      }
    },
    /** Creates a meter with an hourly window, and the price of the meter's events. */
    meter({ eventName, lookupKey }: { eventName: string; lookupKey: string }): void {
      account.meters.add(eventName);
      const price: Price = {
        id: `price_${eventName}`,
        object: 'price',
        lookup_key: lookupKey,
        product: `prod_${eventName}`,
        unit_amount: 1,
        currency: 'usd',
        active: true,
        recurring: { usage_type: 'metered' },
      };
      account.prices.set(price.id, price);
    },
    /**
     * Returns the quantity for which a customer would be charged: the value of the last event in each hour, summed over
     * the hours.
     */
    metered(customer: string, eventName: string): number {
      const hours = new Map<number, number>();
      for (const { event_name: name, timestamp, payload } of account.meterEvents) {
        if (name !== eventName || payload['stripe_customer_id'] !== customer) continue;
        hours.set(Math.floor(timestamp / 3600), Number(payload['value']));
      }
      return [...hours.values()].reduce((sum, value) => sum + value, 0);
    },
    deleteCustomer(customer: Customer): void {
      customer.deleted = true;
      desk.emit('customer.deleted', customer);
    },
  };
}
