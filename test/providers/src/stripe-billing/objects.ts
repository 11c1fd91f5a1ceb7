/** A price of the fake, in Stripe's form. */
export type Price = {
  id: string;
  object: 'price';
  lookup_key: string | null;
  product: string;
  unit_amount: number;
  currency: string;
  active: boolean;
  recurring: { usage_type: 'licensed' | 'metered' };
};

/** A payment method. `declines` exists only in the fake, and lets every payment fail. */
export type Method = {
  id: string;
  object: 'payment_method';
  type: 'card';
  card: { brand: string; last4: string; exp_month: number; exp_year: number };
  customer: string | null;
  created: number;
  declines: boolean;
};

export type Customer = {
  id: string;
  object: 'customer';
  created: number;
  email: string | null;
  address: unknown;
  metadata: Record<string, string>;
  invoice_settings: { default_payment_method: string | null; custom_fields: unknown };
  deleted?: true;
};

export type Subscription = {
  id: string;
  object: 'subscription';
  customer: string;
  created: number;
  currency: string;
  status: 'active' | 'past_due' | 'unpaid' | 'canceled' | 'trialing' | 'paused' | 'incomplete';
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  trial_end: number | null;
  default_payment_method: string | null;
  metadata: Record<string, string>;
  items: {
    object: 'list';
    data: { id: string; price: Price; quantity?: number; current_period_start: number; current_period_end: number }[];
  };
};

export type Session = {
  id: string;
  object: 'checkout.session';
  customer: string;
  status: 'open' | 'complete' | 'expired';
  url: string | null;
  mode: 'subscription';
  metadata: Record<string, string>;
  line_items: { price: string; quantity: number }[];
};

export type Invoice = {
  id: string;
  object: 'invoice';
  customer: string;
  number: string;
  status: string;
  currency: string;
  total: number;
  amount_remaining: number;
  created: number;
  hosted_invoice_url: string;
  invoice_pdf: string;
};

/** An event of a meter, which reports the usage of a customer in an hour. */
export type MeterEvent = {
  object: 'billing.meter_event';
  event_name: string;
  identifier: string;
  timestamp: number;
  payload: Record<string, string>;
};

/** An event, with a copy of its object as it was at the time of the event. */
export type Event = {
  id: string;
  object: 'event';
  type: string;
  created: number;
  livemode: false;
  api_version: string;
  data: { object: unknown };
};

/** The complete state of the fake. */
export type Account = {
  customers: Map<string, Customer>;
  methods: Map<string, Method>;
  prices: Map<string, Price>;
  subscriptions: Map<string, Subscription>;
  sessions: Map<string, Session>;
  invoices: Map<string, Invoice>;
  /** The event names of the meters. Every meter has an hourly window. */
  meters: Set<string>;
  /** The events that meters received, in the order of arrival. */
  meterEvents: MeterEvent[];
  events: Event[];
};

/** The default plans, from the cheapest to the most expensive. */
export const plans = ['starter', 'growth', 'scale'] as const;

/** Returns an account with a price for each of the default plans. */
export function newAccount(): Account {
  const prices: Price[] = plans.map((plan, index) => ({
    id: `price_${plan}`,
    object: 'price',
    lookup_key: `drippulse_${plan}`,
    product: `prod_${plan}`,
    unit_amount: 4900 * 4 ** index,
    currency: 'usd',
    active: true,
    recurring: { usage_type: 'licensed' },
  }));
  return {
    customers: new Map(),
    methods: new Map(),
    prices: new Map(prices.map((price) => [price.id, price])),
    subscriptions: new Map(),
    sessions: new Map(),
    invoices: new Map(),
    meters: new Set(),
    meterEvents: [],
    events: [],
  };
}
