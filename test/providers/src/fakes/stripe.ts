import { leastOf } from '../descriptions/least.ts';
import { descriptionOf } from '../descriptions/load.ts';
import { defineFake, type FakeAnswer, type FakeCall } from '../fake.ts';

type Item = Record<string, unknown> & { id: string; object: string; created: number };
type Form = Record<string, unknown> & { metadata?: Record<string, string> };

/** Returns the objects to which the examples of the actions refer. */
function exampleItems(): Item[] {
  const { components } = descriptionOf('stripe');
  const customer = { ...leastOf(components, 'customer'), id: 'cus_Nff7xUuG9a2b3c', email: 'ada@example.com' };
  const subscription = {
    ...leastOf(components, 'subscription'),
    id: 'sub_1MowQVLkdIwHu7ixeRlqHVzs',
    customer: customer.id,
  };
  return [
    { ...customer, object: 'customer', created: 1_764_000_000 },
    { ...subscription, object: 'subscription', status: 'active', created: 1_764_000_000 },
  ];
}

function makeState() {
  return {
    account: { id: 'acct_1032D82eZvKYlo2C', name: 'Example' },
    items: [] as Item[],
    /**
     * The first response for each Idempotency-Key. Stripe keeps it for 24 hours; a test clears the map to simulate that
     * this time has passed.
     */
    keys: new Map<string, { asked: string; answer: FakeAnswer }>(),
    /** Ids of the invoices that were mailed. */
    sent: [] as string[],
    now: () => new Date(),
  };
}

type State = ReturnType<typeof makeState>;
type Call = FakeCall<State>;

const refused = (status: number, type: string, code: string, message: string, param?: string): FakeAnswer => ({
  status,
  headers: { 'request-id': 'req_fake' },
  body: { error: { type, code, message, ...(param !== undefined && { param }) } },
});
const missing = (id: string | undefined) =>
  refused(404, 'invalid_request_error', 'resource_missing', `No such object: '${id}'`, 'id');

/** Kinds of objects, each with the prefix of its ids, the name of its schema, and its path. */
const kinds = {
  customer: { prefix: 'cus', schema: 'customer', path: '/v1/customers' },
  session: { prefix: 'cs_test', schema: 'checkout.session', path: '/v1/checkout/sessions' },
  link: { prefix: 'plink', schema: 'payment_link', path: '/v1/payment_links' },
  invoice: { prefix: 'in', schema: 'invoice', path: '/v1/invoices' },
  item: { prefix: 'ii', schema: 'invoiceitem', path: '/v1/invoiceitems' },
  subscription: { prefix: 'sub', schema: 'subscription', path: '/v1/subscriptions' },
  refund: { prefix: 're', schema: 'refund', path: '/v1/refunds' },
  promotion: { prefix: 'promo', schema: 'promotion_code', path: '/v1/promotion_codes' },
} as const;
type Kind = keyof typeof kinds;

/** Members of a new object of a kind, in addition to those in the request. */
const made: Partial<Record<Kind, (form: Form, id: string) => Record<string, unknown>>> = {
  customer: ({ email, name }) => ({ email, name }),
  session: ({ mode, customer = null }, id) => ({ mode, customer, url: `https://checkout.stripe.com/c/pay/${id}` }),
  link: (_, id) => ({ active: true, url: `https://buy.stripe.com/${id}` }),
  invoice: ({ customer, currency }) => ({ customer, currency, status: 'draft', collection_method: 'send_invoice' }),
  item: ({ amount, currency, customer, invoice }) => ({ amount: Number(amount), currency, customer, invoice }),
  subscription: ({ customer }) => ({ customer, status: 'incomplete' }),
  refund: ({ amount, payment_intent = null, charge = null }) => ({
    amount: Number(amount ?? 1000),
    payment_intent,
    charge,
    status: 'succeeded',
  }),
  promotion: ({ code, promotion }, id) => ({ code: code ?? id.slice(-8).toUpperCase(), active: true, promotion }),
};

/** Adds an object with all members that its schema requires. */
function add({ state, body, headers, happened }: Call, kind: Kind): Item {
  const form = body as Form;
  const { prefix, schema } = kinds[kind];
  const id = `${prefix}_${String(state.items.length + 1).padStart(14, '0')}`;
  const created = Math.floor(state.now().getTime() / 1000);
  const least = leastOf(descriptionOf('stripe').components, schema);
  const item = {
    ...least,
    ...made[kind]?.(form, id),
    metadata: form.metadata ?? {},
    id,
    object: schema,
    created,
    livemode: false,
  };
  state.items.push(item);
  happened(`${schema}:${form.metadata?.['dp_effect'] ?? headers['idempotency-key'] ?? JSON.stringify(form)}`);
  return item;
}

/**
 * Repeats the first response when a key is repeated. Responds with an error when the repeated request has different
 * parameters.
 */
function once(run: (call: Call) => FakeAnswer): (call: Call) => FakeAnswer {
  return (call) => {
    const key = call.headers['idempotency-key'];
    if (key === undefined) return run(call);
    const asked = `${call.path} ${call.text}`;
    const known = call.state.keys.get(key);
    if (known === undefined) {
      const answer = run(call);
      if ((answer.status ?? 200) < 400) call.state.keys.set(key, { asked, answer });
      return answer;
    }
    if (known.asked !== asked)
      return refused(400, 'idempotency_error', 'idempotency_error', 'Keys can only be used with the same parameters.');
    return { ...known.answer, headers: { ...known.answer.headers, 'idempotent-replayed': 'true' } };
  };
}

const find = ({ state, parameters }: Call, name: string) => state.items.find(({ id }) => id === parameters[name]);

function list(kind: Kind): (call: Call) => FakeAnswer {
  return ({ state, query }) => {
    const { limit = 10, created, status: _, coupon: __, ...equal } = query;
    const since = Number((created as { gte?: unknown } | undefined)?.gte ?? 0);
    const found = state.items
      .filter((item) => item.object === kinds[kind].schema && item.created >= since)
      .filter((item) => Object.entries(equal).every(([name, value]) => item[name] === value))
      .reverse();
    const data = found.slice(0, Number(limit));
    return { body: { object: 'list', url: kinds[kind].path, has_more: data.length < found.length, data } };
  };
}

const invoiceChange = (change: (invoice: Item, call: Call) => void) =>
  once((call) => {
    const invoice = find(call, 'invoice');
    if (invoice === undefined) return missing(call.parameters['invoice']);
    change(invoice, call);
    return { body: { ...invoice } };
  });

export const stripeFake = defineFake<State>({
  key: 'stripe',
  makeState,
  addExamples: ({ items }) => {
    items.push(...exampleItems());
  },
  unauthorized: refused(401, 'invalid_request_error', 'api_key_expired', 'Expired API Key provided'),
  headers: ['stripe-version', 'idempotency-key'],
  operations: {
    'GET /v1/balance': () => ({ body: { object: 'balance', livemode: false, available: [], pending: [] } }),
    'GET /v1/account': ({ state: { account } }) => ({
      body: { id: account.id, object: 'account', business_profile: { name: account.name } },
    }),
    ...Object.fromEntries(
      (Object.keys(kinds) as Kind[]).flatMap((kind) => [
        [`POST ${kinds[kind].path}`, once((call) => ({ body: { ...add(call, kind) } }))],
        [`GET ${kinds[kind].path}`, list(kind)],
      ]),
    ),
    'POST /v1/customers/{customer}': once((call) => {
      const customer = find(call, 'customer');
      if (customer === undefined) return missing(call.parameters['customer']);
      Object.assign(customer, call.body as Form);
      return { body: { ...customer } };
    }),
    'GET /v1/customers/{customer}': (call) => {
      const customer = find(call, 'customer');
      return customer === undefined ? missing(call.parameters['customer']) : { body: customer };
    },
    'POST /v1/invoiceitems': once((call) => {
      const { invoice: id, amount } = call.body as Form;
      const invoice = call.state.items.find((item) => item.id === id);
      if (invoice === undefined) return missing(String(id));
      const item = add(call, 'item');
      const total = Number(invoice['total']) + Number(amount);
      Object.assign(invoice, { total, amount_due: total, subtotal: total });
      return { body: { ...item } };
    }),
    'POST /v1/invoices/{invoice}/finalize': invoiceChange((invoice, { happened }) => {
      if (invoice['status'] === 'draft') happened(`finalized:${invoice.id}`);
      const page = `https://invoice.stripe.com/i/${invoice.id}`;
      Object.assign(invoice, {
        status: 'open',
        number: 'A1B2-0001',
        hosted_invoice_url: page,
        invoice_pdf: `${page}/pdf`,
      });
    }),
    'POST /v1/invoices/{invoice}/send': invoiceChange((invoice, { state, happened }) => {
      state.sent.push(invoice.id);
      happened(`sent:${invoice.id}`);
    }),
    'GET /v1/subscriptions/{subscription_exposed_id}': (call) => {
      const found = find(call, 'subscription_exposed_id');
      return found === undefined ? missing(call.parameters['subscription_exposed_id']) : { body: found };
    },
    'POST /v1/subscriptions/{subscription_exposed_id}': once((call) => {
      const found = find(call, 'subscription_exposed_id');
      if (found === undefined) return missing(call.parameters['subscription_exposed_id']);
      const { cancel_at_period_end: cancel } = call.body as Form;
      if (cancel !== undefined) Object.assign(found, { cancel_at_period_end: String(cancel) === 'true' });
      return { body: { ...found } };
    }),
    'DELETE /v1/subscriptions/{subscription_exposed_id}': (call) => {
      const found = find(call, 'subscription_exposed_id');
      if (found === undefined || found['status'] === 'canceled')
        return missing(call.parameters['subscription_exposed_id']);
      call.happened(`canceled:${found.id}`);
      Object.assign(found, { status: 'canceled', canceled_at: found.created });
      return { body: found };
    },
  },
});
