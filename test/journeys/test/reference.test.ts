import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type SignInProvider, startSignInProvider } from '@drippulse/fake-providers/sign-in';
import { type FakeStripe, signEvent, startFakeStripe } from '@drippulse/fake-providers/stripe-billing';
import { type Api, type ApiAnswer, type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, type Resources } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { makeAllResources } from '../src/organizations.ts';
import { type ReferenceRoute, referenceRoutes } from '../src/reference-routes.ts';
import { fill, nounsOf, routes } from '../src/routes.ts';
import { patchedRows } from '../src/shown-rows.ts';

const stripeSecret = 'whsec_reference';
const bounceSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const csv = { 'content-type': 'text/csv' };

let stripe: FakeStripe;
let google: SignInProvider;
let platform: RunningPlatform;
/** A person with a session, who has rights that keys lack. */
let person: Api;
/** A resource of each kind. Resources that the routes of the reference create are added to it. */
let made: Resources;
const created: Record<string, number | string> = {};
let mail: string;

beforeAll(async () => {
  [stripe, google] = await Promise.all([
    startFakeStripe(),
    startSignInProvider({ redirectUris: ['http://127.0.0.1/callback'] }),
  ]);
  platform = await startLayout('start', {
    env: {
      ...{ RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_BURST: '10000', WEBHOOK_ALLOW_PRIVATE: 'true' },
      STRIPE_SECRET_KEY: 'sk_test_reference',
      STRIPE_WEBHOOK_SECRET: stripeSecret,
      STRIPE_API_BASE: stripe.url,
      PLANS: roomyPlans(),
      BOUNCE_WEBHOOK_SECRET: bounceSecret,
      GOOGLE_ISSUER: google.issuer,
      GOOGLE_CLIENT_ID: google.client.id,
      GOOGLE_CLIENT_SECRET: google.client.secret,
    },
  });
  const { username, password } = platform;
  const login = await platform.api.as(null).post('/api/v1/auth/login', { username, password });
  person = platform.api.as(login.body.token);
  made = await makeAllResources(platform.api, 'reference');
  mail = await mailWithLinks();
});
afterAll(async () => {
  await platform?.dispose();
  await Promise.all([stripe?.stop(), google?.stop()]);
});

/** Returns the default plans, with room for every resource in the free plan. */
function roomyPlans(): string {
  const file = new URL('../../../services/billing/src/plans/default-plans.json', import.meta.url);
  const plans = JSON.parse(readFileSync(file, 'utf8'));
  const { limits } = plans.plans.free;
  for (const meter of Object.keys(limits)) limits[meter] = 1_000_000;
  return JSON.stringify(plans);
}

/** Sends a mail through a workflow step. The links in the mail lead through the platform. */
async function mailWithLinks(): Promise<string> {
  const config = {
    ...{ integration_id: 'nurture', track_opens: true, track_clicks: true, subject: 'Linked' },
    body: '<p><a href="https://shop.example/">Shop</a></p>',
  };
  const steps = [{ type: 'email', config }];
  const { body } = await platform.api.post('/api/v1/workflows', { name: 'Links', status: 'active', steps });
  await platform.api.post(`/api/v1/workflows/${body.id}/enrollments/bulk`, {
    contacts: [{ email: 'ada@example.com' }],
  });
  const folder = path.join(platform.dataDir, 'mail');
  return eventually(async () => {
    const texts = readdirSync(folder)
      .filter((name) => name.endsWith('.eml'))
      .map((name) => readFileSync(path.join(folder, name), 'utf8'));
    const linked = texts.find((text) => text.includes('/track/n/'));
    if (linked === undefined) throw new Error('there is no mail with links yet');
    return linked.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
  });
}

const tokenOf = (kind: string) => new RegExp(`/track/n/${kind}\\?token=([\\w-]+)`).exec(mail)?.[1] ?? '';

type Request = {
  /** The query that is added to the path. */
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /**
   * Whether the request is sent without a credential. This is so if the route needs none, or if the request contains a
   * credential of its own.
   */
  isOpen?: true;
};

const logIn = (): Request => ({
  body: { username: platform.username, password: platform.password },
  isOpen: true,
});
const signed = (secret: string, body: string): Request => {
  const at = new Date();
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'reference-1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('reference-1', at, body),
  };
  return { body, headers, isOpen: true };
};
const rowsOf = (text: string): Request => ({ body: text, headers: csv });
const source = { type: 'csv', target: 'leads', mapping: [{ from: 'Mail', to: 'email' }] };

/** Makes a data source that reads an uploaded file. */
async function sourceWithFile(name: string): Promise<number> {
  const { body } = await platform.api.post('/api/v1/data_sources', { name, ...source });
  const file = await platform.api.post(`/api/v1/data_sources/${body.id}/file`, 'Mail\na@example.com\n', {
    headers: csv,
  });
  expect(file.status).toBe(200);
  return body.id;
}

/** Successful requests for the routes that need more than their path. */
const requests: Readonly<Record<string, () => Request | Promise<Request>>> = {
  'POST /api/v1/admin/login': logIn,
  'POST /api/v1/sessions/admin': logIn,
  'POST /api/v1/auth/login': logIn,
  'POST /api/v1/agents/spawn': () => ({
    body: { name: 'Spawned', type: 'template', template_id: made['agent_templates'] },
  }),
  'PATCH /api/v1/agents/{id}': () => ({ body: { name: 'Renamed' } }),
  'POST /api/v1/agents/{id}/inference': () => ({ body: { input: { email: 'ada@example.com' } } }),
  'POST /api/v1/agents/{id}/execute': () => ({ body: { input: { email: 'ada@example.com' } } }),
  'POST /api/v1/agents/{id}/score_lead': () => ({ body: { lead: { email: 'ada@example.com' } } }),
  'POST /api/v1/agent_templates': () => ({
    body: {
      ...{ name: 'Another', kind: 'scorer' },
      default_configuration: {
        factors: [{ name: 'known', weight: 1, conditions: [{ field: 'email', operator: 'exists' }] }],
      },
    },
  }),
  'PATCH /api/v1/agent_templates/{id}/execution_policy': () => ({ body: { timeout_seconds: 60 } }),
  'POST /api/v1/webhooks': () => ({ body: { url: 'https://127.0.0.1:49152/y', event_type: 'workflow.failed' } }),
  'POST /api/v1/projects': () => ({ body: { name: 'Another' } }),
  'POST /api/v1/team_members': () => ({ body: { email: 'another@example.com', role: 'viewer' } }),
  'POST /api/v1/workflows': () => ({
    body: { name: 'Another', status: 'active', steps: [{ type: 'wait', config: { duration: 1, unit: 'days' } }] },
  }),
  'POST /api/v1/workflows/{workflow_id}/enrollments/bulk': () => ({ body: { contacts: [{ email: 'b@example.com' }] } }),
  'POST /api/v1/reports/generate': () => ({ body: { type: 'pipeline', format: 'csv' } }),
  'GET /api/v1/reports/{id}/download': async () => {
    await eventually(async () => {
      expect((await platform.api.get(`/api/v1/reports/${made['reports']}`)).body.status).toBe('ready');
    });
    return {};
  },
  'POST /api/v1/reports/{id}/schedule': async () => {
    const { team_members } = (await platform.api.get('/api/v1/team_members')).body;
    const member = team_members.find(({ status }: { status: string }) => status === 'active');
    return { body: { cron: 'daily', recipients: [String(member.id)] } };
  },
  'PATCH /api/v1/account/billing': () => ({ body: { billing_email: 'pay@example.com' } }),
  'GET /api/v1/analytics/charts': () => ({ query: '?metric=enrollments_started' }),
  'POST /api/v1/integration_connections': () => ({
    body: {
      ...{ provider: 'slack', external_key: 'another', test: false },
      credentials: { webhook_url: 'https://hooks.slack.com/services/T000/B000/x4Jd' },
    },
  }),
  'POST /api/v1/data_sources': () => ({ body: { name: 'Another', ...source } }),
  'POST /api/v1/data_sources/{id}/preview': async () => {
    created['data_sources'] = await sourceWithFile('To look at');
    return { body: {} };
  },
  'POST /api/v1/data_source_runs': async () => ({ body: { data_source_id: await sourceWithFile('To run') } }),
  'POST /api/v1/crm/import': () => ({ body: { leads: [{ email: 'imported@example.com' }] } }),
  'POST /api/v1/crm/opportunity_pipelines': () => ({ body: { name: 'Own' } }),
  'POST /api/v1/crm/accounts': () => ({ body: { name: 'Another' } }),
  'POST /api/v1/crm/contacts': () => ({ body: { last_name: 'Another' } }),
  'POST /api/v1/crm/opportunities': () => ({ body: { name: 'Another' } }),
  'POST /api/v1/crm/leads': () => ({ body: { company: 'Another' } }),
  'POST /api/v1/crm/activities': () => ({ body: { kind: 'note', subject: 'Another' } }),
  'POST /api/v1/crm/accounts/import_csv': () => rowsOf('name\nRow\n'),
  'POST /api/v1/crm/contacts/import_csv': () => rowsOf('last_name\nRow\n'),
  'POST /api/v1/crm/opportunities/import_csv': () => rowsOf('name\nRow\n'),
  'POST /api/v1/crm/leads/import_csv': () => rowsOf('email\nrow@example.com\n'),
  'POST /api/v1/crm/activities/import_csv': () => rowsOf('kind,subject\nnote,Row\n'),
  'POST /api/v1/crm/opportunities/reorder': () => ({
    body: { pipeline_stage_id: made['crm.CrmOpportunityPipelineStage'], ordered_ids: [made['opportunities']] },
  }),
  'POST /api/v1/billing/checkout': () => ({
    body: { plan: 'starter', success_url: 'https://example.com/s', cancel_url: 'https://example.com/c' },
  }),
  'POST /api/v1/billing/subscribe': async () => {
    const session = String(created['checkout']);
    stripe.dashboard.completeCheckout(session);
    const back = await person.get(`/api/v1/billing?checkout_session=${session}`);
    expect(back.body).toMatchObject({ plan: 'starter' });
    return { body: { plan: 'growth' } };
  },
  'POST /api/v1/billing/cancel': () => ({ body: { at: 'period_end' } }),
  'POST /webhooks/stripe': () => {
    const event = stripe.account.events.at(-1);
    if (event === undefined) throw new Error('there is no event of Stripe');
    const { header, body } = signEvent(event, stripeSecret);
    return { body, headers: { 'stripe-signature': header }, isOpen: true };
  },
  'POST /webhooks/lead_scoring': async () => {
    const { body } = await person.post('/api/v1/account/inbound_secrets/lead_scoring', {});
    const message = JSON.stringify({ lead: { email: 'imported@example.com' }, score: 70, scale: 'percent' });
    return { ...signed(body.secret, message), query: body.public_path.replace(/^[^?]*/, '') };
  },
  'POST /webhooks/nurture/bounce': () =>
    signed(bounceSecret, JSON.stringify({ type: 'bounce', message_id: '<nobody@example.com>' })),
  'GET /track/n/pixel.gif': () => ({ query: `?token=${tokenOf('pixel.gif')}`, isOpen: true }),
  'GET /track/n/click': () => ({ query: `?token=${tokenOf('click')}`, isOpen: true }),
  'GET /track/n/unsubscribe': () => ({ query: `?token=${tokenOf('unsubscribe')}`, isOpen: true }),
  'POST /track/n/unsubscribe': () => ({
    ...{ query: `?token=${tokenOf('unsubscribe')}`, body: 'List-Unsubscribe=One-Click', isOpen: true },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }),
  'GET /auth/google_oauth2': () => ({ isOpen: true }),
  'GET /auth/google_oauth2/callback': () => ({ isOpen: true }),
};

/** Routes that succeed only in a browser, with the tests that show this. In this test they refuse the call. */
const shownElsewhere: Readonly<Record<string, string>> = {
  'GET /auth/google_oauth2/callback': 'test/docs/test/sign-in.test.ts',
};

const shapeOf = (template: string) => template.replaceAll(/\{[^}]+\}/g, '{}');
const isNested = (template: string) => nounsOf(template).length > 1;
/**
 * Returns the pass in which a route is called. Routes that create a row come first, and routes that delete a row come
 * last; a row inside another row is deleted before that row.
 */
const passOf = ({ method, template }: ReferenceRoute) =>
  method === 'DELETE' ? 9 - nounsOf(template).length : method === 'POST' && !template.includes('{') ? 0 : 1;

async function send(route: ReferenceRoute): Promise<ApiAnswer> {
  const { name, method, template } = route;
  const asked = await (requests[name] ?? (() => defaultOf(route)))();
  const ids = isNested(template) ? made : { ...made, ...created };
  const address = fill(template, (noun) => ids[noun] ?? missing(noun));
  const { query = '', body, headers = {}, isOpen } = asked;
  const by = isOpen ? platform.api.as(null) : person;
  return by.request(method, `${address}${query}`, body, { headers });
}

function defaultOf({ method, template }: ReferenceRoute): Request {
  if (method === 'POST') return { body: {} };
  if (method !== 'PATCH') return {};
  const row = patchedRows.find((patched) => patched.template === template);
  return row === undefined ? { body: {} } : { body: { [row.member]: row.valueAt(1) } };
}

function missing(noun: string): never {
  throw new Error(`no resource of ${noun} was made`);
}

/** Stores the row that a route has created in a collection, so that later routes change and delete this row. */
function keep({ template }: ReferenceRoute, answer: ApiAnswer): void {
  if (answer.body?.id === undefined || template.includes('{')) return;
  const collection = template.split('/').at(-1) ?? '';
  if (collection in made || collection === 'checkout') created[collection] = answer.body.id;
}

test('every route of the reference is served, under its name', () => {
  const served = new Set(routes.map(({ method, template }) => `${method} ${shapeOf(template)}`));
  const unknown = referenceRoutes.filter(({ method, template }) => !served.has(`${method} ${shapeOf(template)}`));
  // Health is not an RPC, so the test below calls it.
  expect(unknown.map(({ name }) => name)).toEqual(['GET /health', 'GET /api/v1/health']);
  expect(referenceRoutes).toHaveLength(140);
});

test('every route of the reference answers a request that succeeds with the status of the reference', async () => {
  const differing: string[] = [];
  const ordered = [...referenceRoutes].sort((one, other) => passOf(one) - passOf(other));
  for (const route of ordered) {
    const { name, status } = route;
    const answer = await send(route);
    keep(route, answer);
    const isShown = shownElsewhere[name] !== undefined;
    const isAsExpected = isShown ? /^4(?!0[45])/.test(String(answer.status)) : answer.status === status;
    if (!isAsExpected)
      differing.push(`${name} answered ${answer.status} in place of ${status}: ${answer.text.slice(0, 300)}`);
  }
  expect(differing).toEqual([]);
});

test('each route whose success another test shows is named there', () => {
  for (const [name, file] of Object.entries(shownElsewhere)) {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    expect(text).toContain(name.split(' ')[1]);
  }
});
