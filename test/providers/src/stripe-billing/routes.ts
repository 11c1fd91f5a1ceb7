import { type Form, partsOf, textOf, textsOf } from './form.ts';
import type { Account, Customer, Invoice, MeterEvent, Method, Session, Subscription } from './objects.ts';

/** A refusal of a request, in Stripe's form. */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, error: { type: string; code?: string; message: string; param?: string }) {
    super(error.message);
    this.status = status;
    this.body = { error };
  }
}

/** The context in which a route runs. */
export type Desk = {
  account: Account;
  /** Returns the current time in seconds since 1970. */
  now(): number;
  /** Returns a new id with a prefix. */
  id(prefix: string): string;
  emit(type: string, object: object): void;
};

export type Route = {
  method: string;
  path: RegExp;
  run(desk: Desk, form: Form, ids: readonly string[]): unknown;
};

const monthSeconds = 30 * 24 * 3600;

/** The routes that the platform uses. */
export const routes: readonly Route[] = [
  { method: 'POST', path: /^\/v1\/customers$/, run: createCustomer },
  { method: 'GET', path: /^\/v1\/customers\/(\w+)$/, run: getCustomer },
  { method: 'POST', path: /^\/v1\/customers\/(\w+)$/, run: updateCustomer },
  { method: 'GET', path: /^\/v1\/customers\/(\w+)\/payment_methods$/, run: listMethods },
  { method: 'POST', path: /^\/v1\/payment_methods\/(\w+)\/attach$/, run: attachMethod },
  { method: 'GET', path: /^\/v1\/prices$/, run: listPrices },
  { method: 'GET', path: /^\/v1\/subscriptions$/, run: listSubscriptions },
  { method: 'POST', path: /^\/v1\/subscriptions$/, run: createSubscription },
  { method: 'POST', path: /^\/v1\/subscriptions\/(\w+)$/, run: updateSubscription },
  { method: 'DELETE', path: /^\/v1\/subscriptions\/(\w+)$/, run: cancelSubscription },
  { method: 'POST', path: /^\/v1\/subscription_items$/, run: createItem },
  { method: 'POST', path: /^\/v1\/billing\/meter_events$/, run: createMeterEvent },
  { method: 'GET', path: /^\/v1\/checkout\/sessions$/, run: listSessions },
  { method: 'POST', path: /^\/v1\/checkout\/sessions$/, run: createSession },
  { method: 'POST', path: /^\/v1\/checkout\/sessions\/(\w+)\/expire$/, run: expireSession },
  { method: 'POST', path: /^\/v1\/billing_portal\/sessions$/, run: createPortal },
  { method: 'GET', path: /^\/v1\/invoices$/, run: listInvoices },
  { method: 'GET', path: /^\/v1\/events$/, run: listEvents },
];

function createCustomer(desk: Desk, form: Form): Customer {
  const customer: Customer = {
    id: desk.id('cus'),
    object: 'customer',
    created: desk.now(),
    email: textOf(form, 'email') || null,
    address: partsOf(form, 'address'),
    metadata: textsOf(form, 'metadata'),
    invoice_settings: {
      default_payment_method: null,
      custom_fields: partsOf(partsOf(form, 'invoice_settings'), 'custom_fields'),
    },
  };
  desk.account.customers.set(customer.id, customer);
  desk.emit('customer.created', customer);
  return customer;
}

function getCustomer({ account }: Desk, form: Form, [id = '']: readonly string[]): object {
  const customer = found(account.customers, id, 'customer');
  if (customer.deleted) return { id, object: 'customer', deleted: true };
  const isExpanded = Object.values(partsOf(form, 'expand')).includes('invoice_settings.default_payment_method');
  const method = customer.invoice_settings.default_payment_method;
  const shown = isExpanded && method !== null ? account.methods.get(method) : method;
  return { ...customer, invoice_settings: { ...customer.invoice_settings, default_payment_method: shown ?? null } };
}

function updateCustomer(desk: Desk, form: Form, [id = '']: readonly string[]): Customer {
  const customer = found(desk.account.customers, id, 'customer');
  const settings = partsOf(form, 'invoice_settings');
  const method = textOf(settings, 'default_payment_method');
  if (method !== undefined) customer.invoice_settings.default_payment_method = method;
  if ('custom_fields' in settings) customer.invoice_settings.custom_fields = settings['custom_fields'];
  if ('email' in form) customer.email = textOf(form, 'email') || null;
  if ('address' in form) customer.address = form['address'];
  desk.emit('customer.updated', customer);
  return customer;
}

function listMethods({ account }: Desk, _form: Form, [id = '']: readonly string[]): object {
  found(account.customers, id, 'customer');
  return listOf([...account.methods.values()].filter(({ customer }) => customer === id));
}

function attachMethod(desk: Desk, form: Form, [id = '']: readonly string[]): Method {
  const method = found(desk.account.methods, id, 'PaymentMethod');
  const customer = found(desk.account.customers, textOf(form, 'customer') ?? '', 'customer');
  if (method.customer !== null && method.customer !== customer.id) {
    throw invalid('The payment method you provided has already been attached to a customer.');
  }
  method.customer = customer.id;
  desk.emit('payment_method.attached', method);
  return method;
}

function listPrices({ account }: Desk, form: Form): object {
  const keys = Object.values(textsOf(form, 'lookup_keys'));
  return listOf([...account.prices.values()].filter((price) => price.active && keys.includes(price.lookup_key ?? '')));
}

function listSubscriptions({ account }: Desk, form: Form): object {
  const customer = textOf(form, 'customer');
  const isExpanded = Object.values(partsOf(form, 'expand')).includes('data.default_payment_method');
  const rows = [...account.subscriptions.values()].filter((row) => row.customer === customer);
  return listOf(
    rows.map((row) => ({
      ...row,
      default_payment_method: isExpanded
        ? (account.methods.get(row.default_payment_method ?? '') ?? null)
        : row.default_payment_method,
    })),
  );
}

function createSubscription(desk: Desk, form: Form): Subscription {
  const { account } = desk;
  const customer = found(account.customers, textOf(form, 'customer') ?? '', 'customer');
  const method = textOf(form, 'default_payment_method') ?? customer.invoice_settings.default_payment_method;
  pay(account, method);
  const [item = {}] = Object.values(partsOf(form, 'items'));
  const order = typeof item === 'string' ? {} : item;
  const subscription = beginSubscription(desk, {
    customer: customer.id,
    price: textOf(order, 'price') ?? '',
    quantity: Number(textOf(order, 'quantity') ?? 1),
    method,
    metadata: textsOf(form, 'metadata'),
  });
  return subscription;
}

/** Creates a paid subscription, with its invoice and its events. */
export function beginSubscription(
  desk: Desk,
  o: { customer: string; price: string; quantity: number; method: string | null; metadata: Record<string, string> },
): Subscription {
  const { account } = desk;
  const price = found(account.prices, o.price, 'price');
  const now = desk.now();
  const item = {
    id: desk.id('si'),
    price,
    quantity: o.quantity,
    current_period_start: now,
    current_period_end: now + monthSeconds,
  };
  const subscription: Subscription = {
    id: desk.id('sub'),
    object: 'subscription',
    customer: o.customer,
    created: now,
    currency: price.currency,
    status: 'active',
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    trial_end: null,
    default_payment_method: o.method,
    metadata: o.metadata,
    items: { object: 'list', data: [item] },
  };
  account.subscriptions.set(subscription.id, subscription);
  desk.emit('customer.subscription.created', subscription);
  addInvoice(desk, subscription);
  return subscription;
}

function addInvoice(desk: Desk, { customer, currency, items }: Subscription): void {
  const id = desk.id('in');
  const total = items.data.reduce((sum, { price, quantity = 0 }) => sum + price.unit_amount * quantity, 0);
  const invoice: Invoice = {
    id,
    object: 'invoice',
    customer,
    number: `F-${desk.account.invoices.size + 1}`,
    status: 'paid',
    currency,
    total,
    amount_remaining: 0,
    created: desk.now(),
    hosted_invoice_url: `https://invoice.stripe.example/${id}`,
    invoice_pdf: `https://invoice.stripe.example/${id}/pdf`,
  };
  desk.account.invoices.set(id, invoice);
  desk.emit('invoice.paid', invoice);
}

function updateSubscription(desk: Desk, form: Form, [id = '']: readonly string[]): Subscription {
  const { account } = desk;
  const subscription = found(account.subscriptions, id, 'subscription');
  if (subscription.status === 'canceled')
    throw invalid('A canceled subscription can only update its cancellation_details.');
  const method = textOf(form, 'default_payment_method');
  const [change] = Object.values(partsOf(form, 'items'));
  if (typeof change === 'object') {
    pay(account, method ?? subscription.default_payment_method);
    const item = subscription.items.data.find((one) => one.id === textOf(change, 'id'));
    if (item === undefined) throw invalid('This subscription has no such item.');
    item.price = found(account.prices, textOf(change, 'price') ?? '', 'price');
    item.quantity = Number(textOf(change, 'quantity') ?? item.quantity);
    addInvoice(desk, subscription);
  }
  if (method !== undefined) subscription.default_payment_method = method;
  if (textOf(form, 'cancel_at_period_end') !== undefined) {
    subscription.cancel_at_period_end = textOf(form, 'cancel_at_period_end') === 'true';
    subscription.cancel_at = subscription.cancel_at_period_end
      ? (subscription.items.data[0]?.current_period_end ?? null)
      : null;
  }
  if (textOf(form, 'cancel_at') === '') subscription.cancel_at = null;
  Object.assign(subscription.metadata, textsOf(form, 'metadata'));
  desk.emit('customer.subscription.updated', subscription);
  return subscription;
}

function cancelSubscription(desk: Desk, _form: Form, [id = '']: readonly string[]): Subscription {
  const subscription = found(desk.account.subscriptions, id, 'subscription');
  if (subscription.status === 'canceled') throw missing('subscription', id);
  endSubscription(desk, subscription);
  return subscription;
}

export function endSubscription(desk: Desk, subscription: Subscription): void {
  subscription.status = 'canceled';
  subscription.canceled_at = desk.now();
  desk.emit('customer.subscription.deleted', subscription);
}

function listSessions({ account }: Desk, form: Form): object {
  const [customer, status] = [textOf(form, 'customer'), textOf(form, 'status')];
  const rows = [...account.sessions.values()];
  return listOf(rows.filter((row) => row.customer === customer && (status === undefined || row.status === status)));
}

function createSession(desk: Desk, form: Form): Session {
  const id = desk.id('cs');
  const session: Session = {
    id,
    object: 'checkout.session',
    customer: found(desk.account.customers, textOf(form, 'customer') ?? '', 'customer').id,
    status: 'open',
    url: `https://checkout.stripe.example/${id}`,
    mode: 'subscription',
    metadata: textsOf(form, 'metadata'),
    line_items: Object.values(partsOf(form, 'line_items')).flatMap((item) =>
      typeof item === 'string'
        ? []
        : [{ price: textOf(item, 'price') ?? '', quantity: Number(textOf(item, 'quantity') ?? 1) }],
    ),
  };
  desk.account.sessions.set(id, session);
  return session;
}

function expireSession(desk: Desk, _form: Form, [id = '']: readonly string[]): Session {
  const session = found(desk.account.sessions, id, 'checkout.session');
  if (session.status !== 'open') throw invalid('Only Checkout Sessions with a status of "open" can be expired.');
  session.status = 'expired';
  session.url = null;
  desk.emit('checkout.session.expired', session);
  return session;
}

function createPortal(desk: Desk, form: Form): object {
  const customer = found(desk.account.customers, textOf(form, 'customer') ?? '', 'customer');
  const id = desk.id('bps');
  const url = `https://billing.stripe.example/p/session/${id}`;
  return { id, object: 'billing_portal.session', customer: customer.id, return_url: textOf(form, 'return_url'), url };
}

function listInvoices({ account }: Desk, form: Form): object {
  const customer = textOf(form, 'customer');
  const rows = [...account.invoices.values()].filter((row) => row.customer === customer).reverse();
  return pageOf(rows, form);
}

function listEvents({ account }: Desk, form: Form): object {
  const from = Number(textOf(partsOf(form, 'created'), 'gte') ?? 0);
  return pageOf(account.events.filter(({ created }) => created >= from).toReversed(), form);
}

function pageOf(rows: readonly { id: string }[], form: Form): object {
  const after = textOf(form, 'starting_after');
  const start = after === undefined ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  const limit = Number(textOf(form, 'limit') ?? 10);
  return { ...listOf(rows.slice(start, start + limit)), has_more: rows.length > start + limit };
}

/** Adds a metered price to a subscription. */
function createItem(desk: Desk, form: Form): object {
  const { account } = desk;
  const subscription = found(account.subscriptions, textOf(form, 'subscription') ?? '', 'subscription');
  const price = found(account.prices, textOf(form, 'price') ?? '', 'price');
  if (subscription.items.data.some((item) => item.price.id === price.id)) {
    throw invalid('Cannot add multiple subscription items with the same price.');
  }
  const [first] = subscription.items.data;
  const item = {
    id: desk.id('si'),
    price,
    current_period_start: first?.current_period_start ?? desk.now(),
    current_period_end: first?.current_period_end ?? desk.now() + monthSeconds,
  };
  subscription.items.data.push(item);
  desk.emit('customer.subscription.updated', subscription);
  return { object: 'subscription_item', ...item };
}

const dayInSeconds = 24 * 3600;

/** Records usage by Stripe's rules: not older than 35 days, and only once for each identifier. */
function createMeterEvent(desk: Desk, form: Form): MeterEvent {
  const { account } = desk;
  const event: MeterEvent = {
    object: 'billing.meter_event',
    event_name: textOf(form, 'event_name') ?? '',
    identifier: textOf(form, 'identifier') ?? desk.id('id'),
    timestamp: Number(textOf(form, 'timestamp') ?? desk.now()),
    payload: textsOf(form, 'payload'),
  };
  if (!account.meters.has(event.event_name)) throw invalid(`No active meter found for event name ${event.event_name}`);
  if (event.timestamp < desk.now() - 35 * dayInSeconds || event.timestamp > desk.now() + 300) {
    throw invalid('The timestamp is outside of the past 35 days and the next 5 minutes.');
  }
  if (event.identifier.length > 100 || !/^\d+$/.test(event.payload['value'] ?? '')) throw invalid('Invalid event.');
  if (account.meterEvents.some(({ identifier }) => identifier === event.identifier)) {
    throw invalid(`An event already exists with identifier ${event.identifier}.`);
  }
  account.meterEvents.push(event);
  return event;
}

function listOf(data: readonly object[]) {
  return { object: 'list', has_more: false, url: '/v1', data };
}

/** Pays with a card. Throws if the card's bank declines. */
function pay({ methods }: Account, id: string | null | undefined): void {
  const method = methods.get(id ?? '');
  if (method === undefined) throw invalid('This customer has no attached payment source or default payment method.');
  if (!method.declines) return;
  throw new StripeRefusal(402, { type: 'card_error', code: 'card_declined', message: 'Your card was declined.' });
}

function found<T>(rows: ReadonlyMap<string, T>, id: string, noun: string): T {
  const row = rows.get(id);
  if (row === undefined) throw missing(noun, id);
  return row;
}

function missing(noun: string, id: string): StripeRefusal {
  const message = `No such ${noun}: '${id}'`;
  return new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing', message });
}

function invalid(message: string): StripeRefusal {
  return new StripeRefusal(400, { type: 'invalid_request_error', message });
}
