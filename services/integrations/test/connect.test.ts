import { consent } from '@drippulse/fake-providers/consent';
import { type RotatingProvider, startRotatingProvider } from '@drippulse/fake-providers/rotating';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { admin, type Harness, startHarness } from './harness.ts';

const publicUrl = 'http://localhost:3000';
let provider: RotatingProvider;
let harness: Harness;

beforeAll(async () => {
  provider = await startRotatingProvider({ redirectUri: `${publicUrl}/auth/connections/callback` });
  harness = await startHarness({
    env: {
      PROVIDER_HOSTS_OVERRIDE: provider.url,
      PUBLIC_URL: publicUrl,
      ZOOM_CLIENT_ID: provider.client.id,
      ZOOM_CLIENT_SECRET: provider.client.secret,
    },
  });
});
afterAll(async () => {
  await harness?.stop();
  await provider?.stop();
});

test('a consent makes a connection of the account, says which scopes are missing, and its tokens work', async () => {
  const begun = await begin('first');
  expect(begun.cookie).toMatch(
    /^drippulse-connect-[0-9a-f]{16}=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  const finished = await finish(await consent(begun.location, 'ada@acme'), begun.cookie);
  const target = new URL(finished.location);
  expect(target.origin + target.pathname).toBe(`${publicUrl}/settings`);
  expect(target.searchParams.get('tab')).toBe('zoom');
  expect(target.searchParams.get('missing_scopes')).toContain('meeting:');
  expect(finished.cookie).toContain('Max-Age=0');
  const id = BigInt(target.searchParams.get('connection') ?? '0');
  const { integrationConnection } = await harness.connections(admin).getIntegrationConnection({ id });
  expect(integrationConnection).toMatchObject({ externalKey: 'first', account: { id: 'acme', name: 'ada@acme' } });
  expect(integrationConnection?.scopes?.granted).toContain('user:read:user');
  expect(integrationConnection?.scopes?.actionsWithout).toContain('create_meeting');
  // The client secret belongs to the operator's client, so the connection does not contain it.
  expect(JSON.parse(Buffer.from(integrationConnection?.credentials ?? '{}').toString())).not.toHaveProperty(
    'client_secret',
  );
  const { test: tested } = await harness.connections(admin).testIntegrationConnection({ id });
  expect(tested).toMatchObject({ ok: true });
});

test('the address to begin with works once, and a look at it does not use it up', async () => {
  const { url } = await authorize('once');
  const ticket = ticketOf(url);
  const look = await start(ticket, { 'sec-purpose': 'prefetch' });
  expect(look.status).toBe(404);
  // The pages have no form, and the policy forbids adding one.
  expect(look.policy).toMatch(/^default-src 'none'; .*form-action 'none'$/);
  expect((await start(ticket)).location).toContain('/zoom.us/oauth/authorize?');
  expect((await start(ticket)).status).toBe(404);
  expect((await start('x'.repeat(43))).status).toBe(404);
});

test('another browser, another state and a second use are refused, and nothing is stored', async () => {
  const begun = await begin('refused');
  const other = await begin('refused-other');
  const answer = await consent(begun.location, 'ada@acme');
  const calls = provider.tokenCalls();
  const wrongState = new URL(answer);
  wrongState.searchParams.set('state', 'a'.repeat(43));
  expect((await finish(wrongState.href, begun.cookie)).status).toBe(400);
  expect((await finish(answer, other.cookie)).status).toBe(400);
  // The state was used up when a different browser sent it, so the right browser must start a new consent.
  expect((await finish(answer, begun.cookie)).status).toBe(400);
  expect(provider.tokenCalls()).toBe(calls);
  expect(await keysOf()).not.toContain('refused');
});

test('a consent that is not given, and a code that is no good, are said in a page', async () => {
  const denied = await begin('denied');
  const state = new URL(denied.location).searchParams.get('state') ?? '';
  const address = `${publicUrl}/auth/connections/callback?state=${state}&error=access_denied&error_description=<script>`;
  const refused = await finish(address, denied.cookie);
  expect(refused).toMatchObject({ status: 400 });
  expect(refused.page).toContain('The consent was not given.');
  expect(refused.page).not.toContain('<script>');
  expect(refused.policy).toMatch(/^default-src 'none'; .*form-action 'none'$/);
  const forged = await begin('forged');
  const own = new URL(forged.location).searchParams.get('state') ?? '';
  const made = await finish(
    `${publicUrl}/auth/connections/callback?state=${own}&code=canary-forged-code`,
    forged.cookie,
  );
  expect(made).toMatchObject({ status: 400 });
  expect(made.page).toContain('gave no tokens');
  expect(made.page).not.toContain('canary');
  expect(await keysOf()).not.toContain('forged');
});

test('a connection that stopped working is connected anew by the same account alone, in its row, and says so once', async () => {
  const begun = await begin('again');
  const first = await finish(await consent(begun.location, 'ada@acme'), begun.cookie);
  const id = BigInt(new URL(first.location).searchParams.get('connection') ?? '0');
  await provider.endConsents('ada@acme');
  await harness.connections(admin).testIntegrationConnection({ id });
  const foreign = await begin('again');
  const refused = await finish(await consent(foreign.location, 'eve@evil'), foreign.cookie);
  expect(refused).toMatchObject({ status: 409 });
  expect(refused.page).toContain('account_mismatch');
  expect(await statusOf(id)).toBe('reconnect_required');
  const anew = await begin('again');
  const finished = await finish(await consent(anew.location, 'alan@acme'), anew.cookie);
  expect(new URL(finished.location).searchParams.get('connection')).toBe(String(id));
  expect(await statusOf(id)).toBeUndefined();
  await eventually(() => {
    const own = harness.events.filter(({ aggregate }) => aggregate === `integration_connection:${id}`);
    expect(own.map(({ payload }) => payload.case)).toEqual(['connectionFailed', 'connectionRecovered']);
  });
});

test('an account that the provider does not name cannot take the place of another, nor can another take that of one that nobody knew', async () => {
  const begun = await begin('unnamed');
  await finish(await consent(begun.location, 'ada@acme'), begun.cookie);
  const nameless = await begin('unnamed');
  provider.failCalls(1);
  const refused = await finish(await consent(nameless.location, 'eve@evil'), nameless.cookie);
  expect(refused).toMatchObject({ status: 409 });
  expect(refused.page).toContain('does not say whose account it is');
  const first = await begin('unknown');
  provider.failCalls(1);
  await finish(await consent(first.location, 'ada@acme'), first.cookie);
  const foreign = await begin('unknown');
  expect(await finish(await consent(foreign.location, 'eve@evil'), foreign.cookie)).toMatchObject({ status: 409 });
  const own = await begin('unknown');
  expect(await finish(await consent(own.location, 'alan@acme'), own.cookie)).toMatchObject({ status: 302 });
});

test.each([Role.EDITOR, undefined])('who is %j by the end of the consent connects nothing', async (role) => {
  const begun = await begin('demoted');
  const answer = await consent(begun.location, 'ada@acme');
  const calls = provider.tokenCalls();
  harness.actor.role = role;
  try {
    const refused = await finish(answer, begun.cookie);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.page).toContain('no longer an admin');
  } finally {
    harness.actor.role = Role.ADMIN;
  }
  expect(provider.tokenCalls()).toBe(calls);
  expect(await keysOf()).not.toContain('demoted');
});

test('a consent asks for what actions and data sources need, unless scopes are chosen', async () => {
  const { authorization } = await harness.connections(admin).authorizeIntegrationConnection({
    provider: 'hubspot',
    returnTo: '/',
    credentials: Buffer.from(JSON.stringify({ client_id: 'own', client_secret: 'canary-own-secret' })),
  });
  expect(authorization).toMatchObject({ provider: 'hubspot', externalKey: 'default' });
  expect(authorization?.scopes).toEqual(
    expect.arrayContaining(['crm.objects.contacts.write', 'crm.schemas.contacts.read', 'crm.schemas.deals.read']),
  );
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example/', '/a\\..\\b', 'settings', ''])(
  'return_to %j leads nowhere else',
  async (returnTo) => {
    await expect(authorize('elsewhere', returnTo)).rejects.toThrow(/return_to/);
  },
);

async function authorize(externalKey: string, returnTo = '/settings?tab=zoom') {
  const { authorization } = await harness.connections(admin).authorizeIntegrationConnection({
    provider: 'zoom',
    externalKey,
    returnTo,
    scopes: ['user:read:user'],
  });
  return { url: authorization?.url ?? '' };
}

function ticketOf(url: string): string {
  return url.slice(`${publicUrl}/auth/connections/start/`.length);
}

async function begin(externalKey: string): Promise<{ location: string; cookie: string }> {
  const { url } = await authorize(externalKey);
  const { location, cookie } = await start(ticketOf(url));
  return { location, cookie };
}

type Seen = { status: number; location: string; cookie: string; page: string; policy: string };

function start(ticket: string, headers: Record<string, string> = {}): Promise<Seen> {
  return see((pages, options) => pages.startConnect({ ticket }, options), headers);
}

function finish(address: string, cookie: string): Promise<Seen> {
  const query = new URL(address).searchParams;
  const [pair = ''] = cookie.split(';');
  return see(
    (pages, options) =>
      pages.finishConnect(
        {
          state: query.get('state') ?? '',
          code: query.get('code') ?? '',
          error: query.get('error') ?? '',
          errorDescription: query.get('error_description') ?? '',
          iss: query.get('iss') ?? '',
        },
        options,
      ),
    { cookie: `other=1; ${pair}` },
  );
}

/** Returns the parts of a response that a browser sees. */
async function see(
  call: (
    pages: ReturnType<Harness['pages']>,
    options: { headers: Record<string, string>; onHeader(headers: Headers): void },
  ) => Promise<{ page?: { data: Uint8Array } | undefined }>,
  headers: Record<string, string>,
): Promise<Seen> {
  let received = new Headers();
  const { page } = await call(harness.pages(admin), {
    headers,
    onHeader: (own) => {
      received = own;
    },
  });
  return {
    status: Number(received.get('x-http-status') ?? 302),
    location: received.get('location') ?? '',
    cookie: received.get('set-cookie') ?? '',
    page: Buffer.from(page?.data ?? '').toString(),
    policy: received.get('content-security-policy') ?? '',
  };
}

async function keysOf(): Promise<string[]> {
  const { integrationConnections } = await harness.connections(admin).listIntegrationConnections({});
  return integrationConnections.map(({ externalKey }) => externalKey);
}

async function statusOf(id: bigint): Promise<string | undefined> {
  return (await harness.connections(admin).getIntegrationConnection({ id })).integrationConnection?.statusReason;
}
