import { type SignInProvider, startSignInProvider } from '@drippulse/fake-providers/sign-in';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openBrowser, type TestBrowser } from './browser.ts';
import { type Call, type Gateway, logIn, password, startGateway } from './start-gateway.ts';
import { type MailServer, startMailServer, tokenOf } from './start-mail-server.ts';

const publicUrl = 'https://app.example.com';
const start = '/auth/sso/acme';
const records = new Map<string, string[] | undefined>();
let provider: SignInProvider;
let gateway: Gateway;
let mail: MailServer;
let admin: Call;
let organizationId: bigint;
beforeAll(async () => {
  mail = await startMailServer();
  provider = await startSignInProvider({ redirectUris: [`${publicUrl}${start}/callback`] });
  gateway = await startGateway(
    { publicUrl, identity: { publicUrl, allowPrivate: true, smtpUrl: mail.url } },
    undefined,
    {
      lookUpTxt: async (name) => (records.has(name) ? records.get(name) : []),
    },
  );
  ({ organizationId } = await gateway.makeOrganization('acme'));
  admin = (await logIn(gateway, 'acme')).call;
  await own(admin, 'acme.example');
});
afterAll(async () => {
  await gateway.stop();
  await mail.stop();
  await provider.stop();
});

/** Adds a domain and publishes its record. */
async function own(call: Call, domain: string) {
  const { body } = await call('POST', '/api/v1/account/domains', { domain });
  records.set(body.record.name, [...(records.get(body.record.name) ?? []), body.record.value]);
  return (await call('POST', `/api/v1/account/domains/${body.id}/verify`, {})).body;
}

function says(name: string, claims: Record<string, unknown> = {}) {
  provider.people.set(name, { email: `${name}@acme.example`, email_verified: true, ...claims });
}

async function come(name: string): Promise<{ browser: TestBrowser; shown: Awaited<ReturnType<TestBrowser['get']>> }> {
  const browser = openBrowser(gateway.url);
  return { browser, shown: await browser.get(await browser.visit(start, name)) };
}

const settings = () => ({
  issuer: provider.issuer,
  client_id: provider.client.id,
  client_secret: provider.client.secret,
  domains: ['acme.example'],
});

test('a domain is verified by its record, by one organization, until the record is gone', async () => {
  const { call } = await (async () => {
    await gateway.makeOrganization('other');
    return logIn(gateway, 'other');
  })();
  const { body: made, status } = await call('POST', '/api/v1/account/domains', { domain: 'Shared.Example.' });
  expect([status, made.domain, made.verified, made.record.name]).toEqual([
    201,
    'shared.example',
    false,
    '_drippulse-sign-in.shared.example',
  ]);
  const verify = async (by: Call, id: number) => by('POST', `/api/v1/account/domains/${id}/verify`, {});
  expect((await verify(call, made.id)).body).toMatchObject({ verified: false, record: { found: false } });
  records.set(made.record.name, ['v=other', made.record.value]);
  expect((await verify(call, made.id)).body).toMatchObject({ verified: true, record: { found: true } });
  const { body: mine } = await admin('POST', '/api/v1/account/domains', { domain: 'shared.example' });
  records.set(made.record.name, [made.record.value, mine.record.value]);
  expect((await verify(admin, mine.id)).body.error).toBe('domain_taken');
  // While the name servers are unavailable, the verification stays as it is.
  records.set(made.record.name, undefined);
  expect((await verify(call, made.id)).body.verified).toBe(true);
  records.set(made.record.name, [mine.record.value]);
  expect((await verify(admin, mine.id)).body.verified).toBe(true);
  const { body: list } = await call('GET', '/api/v1/account/domains');
  expect(list.domains[0]).toMatchObject({ domain: 'shared.example', verified: false });
  expect((await verify(call, mine.id)).body.error).toBe('domain_not_found');
  expect((await admin('POST', '/api/v1/account/domains', { domain: 'shared.example' })).body.error).toBe(
    'domain_exists',
  );
  expect((await admin('DELETE', `/api/v1/account/domains/${mine.id}`)).status).toBe(204);
  expect((await admin('DELETE', `/api/v1/account/domains/${mine.id}`)).status).toBe(404);
});

test.each(['gmail.com', 'GMX.de', 'outlook.com'])('the domain %s of a mail provider is refused', async (domain) => {
  const { status, body } = await admin('POST', '/api/v1/account/domains', { domain });
  expect([status, body.error]).toEqual([422, 'public_mail_domain']);
});

test('settings are checked, and the client secret is sealed and shown masked', async () => {
  const refused = async (change: object) =>
    (await admin('POST', '/api/v1/account/sso', { ...settings(), ...change })).body.errors;
  expect(await refused({ domains: ['foreign.example'] })).toHaveProperty(['domains.0']);
  for (const issuer of [
    'nonsense',
    'ftp://a.example',
    'https://a.example/?x=1',
    'https://a.example/.well-known/openid-configuration',
  ]) {
    expect(await refused({ issuer })).toHaveProperty('issuer');
  }
  expect(await refused({ groups: [{ group: '', role: 'viewer' }] })).toHaveProperty(['groups.0.group']);
  expect((await admin('GET', '/api/v1/account/sso')).body.error).toBe('sso_not_found');
  const { status, body } = await admin('POST', '/api/v1/account/sso', settings());
  expect(status).toBe(201);
  expect(body).toMatchObject({
    client_secret: `••••${provider.client.secret.slice(-4)}`,
    sign_in_url: `${publicUrl}${start}`,
    redirect_url: `${publicUrl}${start}/callback`,
    required: false,
    default_role: null,
    tried_at: null,
  });
  expect((await admin('POST', '/api/v1/account/sso', settings())).body.error).toBe('sso_exists');
  const { rows } = await sql<{ row: string }>`
    select sso_connections::text as row from sso_connections`.execute(gateway.identity.kysely);
  expect(rows[0]?.row).not.toContain(provider.client.secret);
  // A request may repeat the values that GET returned.
  const { body: kept } = await admin('PATCH', '/api/v1/account/sso', (await admin('GET', '/api/v1/account/sso')).body);
  expect(kept.client_secret).toBe(body.client_secret);
  const { call: viewer } = await addMember('looker', 'viewer');
  expect((await viewer('GET', '/api/v1/account/sso')).status).toBe(403);
});

test('a change with the tag of another revision is refused and shows the row, and each change is a revision', async () => {
  const tagOf = async () => (await admin('GET', '/api/v1/account/sso')).headers.get('etag') ?? '';
  const tag = await tagOf();
  expect((await admin('PATCH', '/api/v1/account/sso', { default_role: 'viewer' }, { 'if-match': tag })).status).toBe(
    200,
  );
  const late = await admin('PATCH', '/api/v1/account/sso', { default_role: 'editor' }, { 'if-match': tag });
  expect([late.status, late.body.current.default_role]).toEqual([412, 'viewer']);
  const again = { 'if-match': await tagOf() };
  expect((await admin('PATCH', '/api/v1/account/sso', { default_role: null }, again)).status).toBe(200);
});

async function addMember(name: string, role: string, { verified = false } = {}) {
  const row = { email: `${name}@acme.example`, username: name, role, password };
  const { body } = await admin('POST', '/api/v1/team_members', row);
  if (verified) {
    await sql`update identities set email_verified_at = now() where username = ${name}`.execute(
      gateway.identity.kysely,
    );
  }
  return { id: body.id, ...(await logIn(gateway, name)) };
}

test('a member whose address both sides have proven signs in, with a session of this organization alone', async () => {
  const { id } = await addMember('ann', 'editor', { verified: true });
  says('ann');
  const { browser, shown } = await come('ann');
  expect(shown).toMatchObject({ status: 200, title: 'You are signed in' });
  const { body } = await browser.fetch('GET', '/api/v1/admin/verify');
  expect(body).toMatchObject({ organization_id: Number(organizationId), admin: { id } });
  const { rows } = await sql<{ method: string }>`
    select method from sessions where user_id = ${id} order by created_at desc limit 1`.execute(
    gateway.identity.kysely,
  );
  expect(rows).toEqual([{ method: 'sso' }]);
  expect((await admin('GET', '/api/v1/account/sso')).body.tried_at).not.toBeNull();
});

test.each<[string, Record<string, unknown>, boolean]>([
  ['an address that the provider has not verified', { email_verified: false }, true],
  ["an address of a domain that is not the organization's", { email: 'elsewhere@gmail.com' }, true],
  ['a member whom an administrator made', {}, false],
])('%s is asked for the password, and linked by it', async (what, claims, verified) => {
  const name = what.replaceAll(/[^a-z]/g, '').slice(0, 40);
  await addMember(name, 'viewer', { verified });
  says(name, claims);
  const { browser, shown } = await come(name);
  expect(shown.title).toBe('Who are you here?');
  expect(browser.cookies.has('__Host-drippulse')).toBe(false);
  expect(await browser.submit('/dashboard/login/link', { username: name, password })).toMatchObject({
    title: 'You are signed in',
  });
  expect((await come(name)).shown.title).toBe('You are signed in');
});

test('the provider of one organization signs nobody in to another one, whatever it says', async () => {
  await gateway.makeOrganization('bystander');
  await sql`
    update identities set email = 'boss@acme.example', email_verified_at = now() where username = 'bystander'
    `.execute(gateway.identity.kysely);
  says('boss');
  const { browser, shown } = await come('boss');
  expect(shown.title).toBe('Who are you here?');
  const answer = await browser.submit('/dashboard/login/link', { username: 'bystander', password });
  expect(answer).toMatchObject({ status: 403, title: 'You are not a member of this organization' });
  expect(browser.cookies.has('__Host-drippulse')).toBe(false);
});

test('a domain whose record is gone a day later lets nobody be linked by it', async () => {
  await addMember('late', 'viewer', { verified: true });
  says('late');
  const [name = ''] = records.keys();
  const kept = records.get(name);
  records.set(name, []);
  gateway.shiftClock(25 * 3_600_000);
  try {
    expect((await come('late')).shown.title).toBe('Who are you here?');
  } finally {
    gateway.shiftClock(-25 * 3_600_000);
    records.set(name, kept);
  }
  const { body } = await admin('GET', '/api/v1/account/domains');
  expect(body.domains.at(-1)).toMatchObject({ domain: 'acme.example', verified: false });
  await admin('POST', `/api/v1/account/domains/${body.domains.at(-1).id}/verify`, {});
});

test('without a default role strangers are refused; with one they become members, but invited ones accept first', async () => {
  says('stranger', { name: 'A Stranger' });
  expect((await come('stranger')).shown).toMatchObject({ status: 403, title: 'You are not a member of acme' });
  await admin('PATCH', '/api/v1/account/sso', { default_role: 'viewer' });
  says('invitee');
  await admin('POST', '/api/v1/team_members', { email: 'invitee@acme.example', role: 'admin' });
  expect((await come('invitee')).shown).toMatchObject({ status: 403 });
  expect((await come('stranger')).shown.title).toBe('You are signed in');
  expect((await come('stranger')).shown.title).toBe('You are signed in');
  const { body } = await admin('GET', '/api/v1/team_members');
  const made = body.team_members.filter((row: { email: string }) => row.email === 'stranger@acme.example');
  expect(made).toEqual([expect.objectContaining({ role: 'viewer', status: 'active', name: 'A Stranger' })]);
  says('unproven', { email_verified: false });
  expect((await come('unproven')).shown.title).toBe('Who are you here?');
  await admin('PATCH', `/api/v1/team_members/${made[0].id}`, { status: 'disabled' });
  expect((await come('stranger')).shown).toMatchObject({ status: 403 });
});

test("an invited person joins by the organization's provider without a password, and by it another organization too", async () => {
  const invite = async (by: Call, email: string, sent: number) => {
    expect((await by('POST', '/api/v1/team_members/invitations', { email, role: 'editor' })).status).toBe(201);
    return tokenOf(await mail.mailTo(email, sent));
  };
  const email = 'joiner@acme.example';
  says('joiner');
  const token = await invite(admin, email, 1);
  // Without the token from the mail, a sign-in with the provider is not enough to join.
  expect((await come('joiner')).shown).toMatchObject({ status: 403 });
  const browser = openBrowser(gateway.url);
  const page = await browser.submit('/dashboard/invitation', { token, by: 'provider' });
  expect(page).toMatchObject({ title: 'Join acme' });
  expect(page.page).toContain(`href="${start}"`);
  expect(await browser.get(await browser.visit(start, 'joiner'))).toMatchObject({ title: 'You are signed in' });
  expect((await browser.fetch('GET', '/api/v1/admin/verify')).body).toMatchObject({ role: 'editor', admin: { email } });

  await gateway.makeOrganization('second');
  const { call: boss } = await logIn(gateway, 'second');
  const second = await invite(boss, email, 2);
  await browser.submit('/dashboard/invitation', { token: second, by: 'provider' });
  expect(await browser.get(await browser.visit(start, 'joiner'))).toMatchObject({ title: 'You are signed in' });
  const { body } = await boss('GET', '/api/v1/team_members');
  expect(body.team_members).toEqual(expect.arrayContaining([expect.objectContaining({ email, status: 'active' })]));
  // The session is valid only for the provider's organization.
  expect((await browser.fetch('GET', '/api/v1/auth/organizations')).body).toMatchObject({ total_count: 1 });
});

test('a session of the provider changes no second factor, and needs none where the organization requires one', async () => {
  const { browser } = await come('ann');
  const { status, body } = await browser.fetch('POST', '/api/v1/auth/mfa/enroll', {});
  expect([status, body['error']]).toEqual([403, 'own_sign_in_required']);
  await admin('PATCH', '/api/v1/account/security', { require_mfa: true });
  const { browser: later } = await come('ann');
  expect((await later.fetch('GET', '/api/v1/account')).status).toBe(200);
  await sql`update organizations set require_mfa = false where id = ${organizationId}`.execute(gateway.identity.kysely);
});

test('groups decide the role at each sign-in, and leave an administrator', async () => {
  const groups = [
    { group: 'sales', role: 'editor' },
    { group: 'bosses', role: 'admin' },
  ];
  await admin('PATCH', '/api/v1/account/sso', { groups, default_role: null });
  says('ann', { groups: ['sales', 'bosses'] });
  const { browser } = await come('ann');
  expect((await browser.fetch('GET', '/api/v1/admin/verify')).body['role']).toBe('admin');
  says('ann', { groups: ['sales'] });
  const { browser: later } = await come('ann');
  expect((await later.fetch('GET', '/api/v1/admin/verify')).body['role']).toBe('editor');
  says('ann', { groups: [] });
  expect((await come('ann')).shown).toMatchObject({ status: 403 });
  await admin('PATCH', '/api/v1/account/sso', { groups: [] });
  expect((await come('ann')).shown.title).toBe('You are signed in');
});

test('a provider that is required ends other sessions and lets nobody in otherwise but the owner', async () => {
  const { call: before } = await addMember('pat', 'editor');
  const { browser } = await come('ann');
  const untried = await admin('PATCH', '/api/v1/account/sso', { required: true, client_id: 'another' });
  expect([untried.status, untried.body.error]).toEqual([422, 'sso_untried']);
  expect((await admin('PATCH', '/api/v1/account/sso', { required: true })).status).toBe(200);
  expect((await before('GET', '/api/v1/account')).status).toBe(401);
  expect((await browser.fetch('GET', '/api/v1/account')).status).toBe(200);
  expect((await admin('GET', '/api/v1/account')).status).toBe(200);
  const refused = await gateway.as(null)('POST', '/api/v1/auth/login', { username: 'pat', password });
  expect([refused.status, refused.body.error]).toEqual([403, 'sso_required']);
  const wrong = await gateway.as(null)('POST', '/api/v1/auth/login', { username: 'pat', password: 'wrong' });
  expect(wrong.body.error).toBe('invalid_credentials');
  const page = await openBrowser(gateway.url).submit('/dashboard/login', { username: 'pat', password });
  expect(page).toMatchObject({ status: 403, title: 'Sign in by your organization' });
  await logIn(gateway, 'acme');
});

test('another issuer forgets who signed in, and without a provider its sessions end', async () => {
  await admin('PATCH', '/api/v1/account/sso', { required: false });
  const { browser } = await come('ann');
  const count = async () =>
    (
      await sql<{
        count: bigint;
      }>`select count(*) as count from identity_links where organization_id = ${organizationId}`.execute(
        gateway.identity.kysely,
      )
    ).rows[0]?.count;
  expect(await count()).not.toBe(0n);
  const { body } = await admin('PATCH', '/api/v1/account/sso', { issuer: 'https://other.example' });
  expect(body.tried_at).toBeNull();
  expect(await count()).toBe(0n);
  expect((await browser.fetch('GET', '/api/v1/account')).status).toBe(401);
  expect((await admin('DELETE', '/api/v1/account/sso')).status).toBe(204);
  expect((await admin('DELETE', '/api/v1/account/sso')).status).toBe(404);
  for (const path of [start, '/auth/sso/nobody', `${start}/callback?state=x&code=y`, '/auth/sso?organization=acme']) {
    expect(await openBrowser(gateway.url).get(path)).toMatchObject({
      status: 404,
      title: 'No organization signs in here',
    });
  }
});

test('every change is in the audit trail, without a secret', async () => {
  const { rows } = await sql<{ name: string; text: string }>`
    select name, audit_events::text as text from audit_events where organization_id = ${organizationId}`.execute(
    gateway.identity.kysely,
  );
  const names = new Set(rows.map(({ name }) => name));
  for (const name of [
    'domain.created',
    'domain.verified',
    'sso.created',
    'sso.updated',
    'team_member.linked',
    'team_member.created',
  ]) {
    expect([name, names.has(name)]).toEqual([name, true]);
  }
  expect(rows.filter(({ text }) => text.includes(provider.client.secret))).toEqual([]);
});
