import { type SignInProvider, startSignInProvider } from '@drippulse/fake-providers/sign-in';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Secret, TOTP } from 'otpauth';
import { z } from 'zod';
import { openBrowser } from './browser.ts';
import { type Gateway, password, startGateway } from './start-gateway.ts';

const publicUrl = 'https://app.example.com';
const start = '/auth/google_oauth2';
let provider: SignInProvider;
let gateway: Gateway;
beforeAll(async () => {
  provider = await startSignInProvider({ redirectUris: [`${publicUrl}${start}/callback`] });
  const google = { issuer: provider.issuer, ...provider.client };
  gateway = await startGateway({ publicUrl, identity: { publicUrl, google } });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

/** Creates an organization with one administrator, whose address is proven unless `verified` is false. */
async function makePerson(name: string, { verified = true } = {}) {
  const made = await gateway.makeOrganization(name);
  if (verified) {
    await sql`update identities set email_verified_at = now() where username = ${name}`.execute(
      gateway.identity.kysely,
    );
  }
  return made;
}

function says(name: string, claims: Record<string, unknown> = {}) {
  provider.people.set(name, { email: `${name}@example.com`, email_verified: true, hd: 'example.com', ...claims });
}

async function links(name: string): Promise<string[]> {
  const { rows } = await sql<{ subject: string }>`
    select subject from identity_links join identities on identities.id = identity_id
    where username = ${name} order by subject`.execute(gateway.identity.kysely);
  return rows.map(({ subject }) => subject);
}

test('a person whose address both sides have proven is linked, and signed in by a cookie that works', async () => {
  const { organizationId } = await makePerson('ada');
  says('ada');
  const browser = openBrowser(gateway.url);
  const shown = await browser.get(await browser.visit(start, 'ada'));
  expect(shown).toMatchObject({ status: 200, title: 'You are signed in' });
  expect([...browser.cookies.keys()]).toEqual(['__Host-drippulse']);
  const { body } = await browser.fetch('GET', '/api/v1/admin/verify');
  expect(body).toMatchObject({ kind: 'session', organization_id: Number(organizationId), role: 'admin' });
  expect(await links('ada')).toEqual(['ada']);
  const { rows } = await sql<{ method: string }>`select method from sessions order by created_at desc limit 1`.execute(
    gateway.identity.kysely,
  );
  expect(rows).toEqual([{ method: 'google' }]);
});

test('who is linked signs in whatever the address is now, and whoever has it by now is not signed in', async () => {
  await makePerson('bea');
  await makePerson('cam');
  says('bea');
  const first = openBrowser(gateway.url);
  await first.get(await first.visit(start, 'bea'));
  // Bea's Google account now has Cam's address, but its subject is still linked to Bea.
  says('bea', { email: 'cam@example.com' });
  const browser = openBrowser(gateway.url);
  expect(await browser.get(await browser.visit(start, 'bea'))).toMatchObject({ title: 'You are signed in' });
  expect((await browser.fetch('GET', '/api/v1/admin/verify')).body['admin']).toMatchObject({ username: 'bea' });
  says('newcomer', { email: 'dan@example.com' });
  await makePerson('dan', { verified: false });
  const other = openBrowser(gateway.url);
  expect(await other.get(await other.visit(start, 'newcomer'))).toMatchObject({ title: 'Who are you here?' });
  expect(other.cookies.has('__Host-drippulse')).toBe(false);
});

test.each<[string, Record<string, unknown>, boolean]>([
  ['an address that Google has not verified', { email_verified: false }, true],
  ['an address without a verification', { email_verified: undefined }, true],
  ['a domain that Google does not speak for', { hd: undefined }, true],
  ['no address', { email: undefined }, true],
  ['a row of an address that nobody has proven, as an administrator makes', {}, false],
])('%s links nobody: the person is asked for the password', async (what, claims, verified) => {
  const name = what.replaceAll(/[^a-z]/gi, '').toLowerCase();
  await makePerson(name, { verified });
  says(name, claims);
  const browser = openBrowser(gateway.url);
  const asked = await browser.get(await browser.visit(start, name));
  expect(asked).toMatchObject({ status: 200, title: 'Who are you here?' });
  expect(browser.cookies.has('__Host-drippulse')).toBe(false);
  expect(await links(name)).toEqual([]);
  const wrong = await browser.submit('/dashboard/login/link', { username: name, password: 'wrong' });
  expect([wrong.status, wrong.title]).toEqual([401, 'Who are you here?']);
  expect(wrong.page).toContain('The user name or the password is wrong.');
  const linked = await browser.submit('/dashboard/login/link', { username: name, password });
  expect(linked).toMatchObject({ status: 200, title: 'You are signed in' });
  expect(await links(name)).toEqual([name]);
  const again = openBrowser(gateway.url);
  expect(await again.get(await again.visit(start, name))).toMatchObject({ title: 'You are signed in' });
});

test('two identities with one address are not guessed between', async () => {
  await makePerson('twin1');
  await makePerson('twin2');
  await sql`update identities set email = 'twin@example.com' where username like 'twin%'`.execute(
    gateway.identity.kysely,
  );
  says('twin');
  const browser = openBrowser(gateway.url);
  expect(await browser.get(await browser.visit(start, 'twin'))).toMatchObject({ title: 'Who are you here?' });
});

test('a member whom an administrator planted, invited or with a password, is signed in by nobody else', async () => {
  await gateway.makeOrganization('mallory');
  const mallory = openBrowser(gateway.url);
  await mallory.fetch('POST', '/dashboard/session', { username: 'mallory', password });
  for (const [person, given] of [
    ['victim1', {}],
    ['victim2', { password: 'planted password' }],
  ] as const) {
    const row = { email: `${person}@example.com`, role: 'viewer', ...given };
    expect((await mallory.fetch('POST', '/api/v1/team_members', row)).status).toBe(201);
    says(person);
    const browser = openBrowser(gateway.url);
    expect(await browser.get(await browser.visit(start, person))).toMatchObject({ title: 'Who are you here?' });
    expect(browser.cookies.has('__Host-drippulse')).toBe(false);
  }
});

test('a callback in another browser, with another state, a second time or late is refused, and its code is not used', async () => {
  await makePerson('eve');
  says('eve');
  const browser = openBrowser(gateway.url);
  const callback = await browser.visit(start, 'eve');
  const used = () => provider.asked.filter((path) => path === '/token').length;
  const before = used();
  const other = openBrowser(gateway.url);
  await other.visit(start, 'eve');
  const refusal = { status: 400, title: 'This answer belongs to no sign-in' };
  expect(await openBrowser(gateway.url).get(callback)).toMatchObject(refusal);
  expect(await other.get(callback)).toMatchObject(refusal);
  expect(await browser.get(callback.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`))).toMatchObject(refusal);
  gateway.shiftClock(601_000);
  expect(await browser.get(callback)).toMatchObject(refusal);
  gateway.shiftClock(-601_000);
  expect(used()).toBe(before);
  const kept = new Map(browser.cookies);
  expect(await browser.get(callback)).toMatchObject({ title: 'You are signed in' });
  expect(await browser.get(callback)).toMatchObject(refusal);
  // Even if the browser sends the old cookie again, the provider refuses the used code.
  for (const [name, value] of kept) browser.cookies.set(name, value);
  const replayed = await browser.get(callback);
  expect(replayed).toMatchObject({ status: 400, title: 'Google did not sign you in' });
  expect(replayed.page).toContain('invalid_grant');
});

test('a forged token signs nobody in, and the page says no more than a code', async () => {
  await makePerson('fay');
  says('fay');
  for (const forgery of [{ signature: 'none' }, { signature: 'foreign' }, { claims: { aud: 'another' } }] as const) {
    const browser = openBrowser(gateway.url);
    const callback = await browser.visit(start, 'fay');
    provider.forge(forgery);
    const shown = await browser.get(callback);
    expect(shown).toMatchObject({ status: 400, title: 'Google did not sign you in' });
    expect([...browser.cookies.keys()]).toEqual([]);
  }
});

test('a person of several organizations chooses one, and one of others cannot be chosen', async () => {
  const { organizationId } = await makePerson('gil');
  const foreign = await makePerson('hal');
  const { organizationId: second } = await gateway.makeOrganization('second');
  await sql`
    insert into memberships (organization_id, identity_id, username, email, role, status)
    select ${second}, id, username, email, 'viewer', 'active' from identities where username = 'gil'
    `.execute(gateway.identity.kysely);
  says('gil');
  const browser = openBrowser(gateway.url);
  const asked = await browser.get(await browser.visit(start, 'gil'));
  expect(asked).toMatchObject({ status: 200, title: 'Choose an organization' });
  const [own = '', other = ''] = [...asked.page.matchAll(/value="(\d+)"/g)].map(([, id]) => id);
  expect(other).not.toBe('');
  const { rows } = await sql<{ id: bigint }>`
    select id from memberships where organization_id = ${foreign.organizationId}`.execute(gateway.identity.kysely);
  const kept = new Map(browser.cookies);
  const refused = await browser.submit('/dashboard/login/organization', { member: String(rows[0]?.id) });
  expect(refused).toMatchObject({ status: 403, title: 'You are not signed in' });
  for (const [name, value] of kept) browser.cookies.set(name, value);
  const shown = await browser.submit('/dashboard/login/organization', { member: own });
  expect(shown).toMatchObject({ status: 200, title: 'You are signed in' });
  expect((await browser.fetch('GET', '/api/v1/admin/verify')).body['organization_id']).toBe(Number(organizationId));
  expect(await openBrowser(gateway.url).submit('/dashboard/login/organization', { member: own })).toMatchObject({
    status: 400,
  });
});

test('a second factor is asked for on the pages, whichever way somebody comes, and a code is good once', async () => {
  await makePerson('lin');
  says('lin');
  const browser = openBrowser(gateway.url);
  await browser.fetch('POST', '/dashboard/session', { username: 'lin', password });
  const { body: enrolled } = await browser.fetch('POST', '/api/v1/auth/mfa/enroll', {});
  const code = new TOTP({ secret: Secret.fromBase32(String(enrolled['secret'])) }).generate();
  const { body: confirmed } = await browser.fetch('POST', '/api/v1/auth/mfa/confirm', { code });
  const recovery = z.array(z.string()).parse(confirmed['recovery_codes']);
  const page = openBrowser(gateway.url);
  expect(await page.submit('/dashboard/login', { username: 'lin', password })).toMatchObject({
    title: 'Second factor',
  });
  expect([...page.cookies.keys()]).toEqual(['__Host-drippulse-pending']);
  expect(await page.submit('/dashboard/login/organization', { member: '1' })).toMatchObject({ status: 400 });
  expect(await page.submit('/dashboard/login/code', { code: '000000' })).toMatchObject({
    status: 401,
    title: 'Second factor',
  });
  expect(await page.submit('/dashboard/login/code', { code: recovery[0] ?? '' })).toMatchObject({
    title: 'You are signed in',
  });
  const google = openBrowser(gateway.url);
  expect(await google.get(await google.visit(start, 'lin'))).toMatchObject({ title: 'Second factor' });
  expect(await google.submit('/dashboard/login/code', { code: recovery[0] ?? '' })).toMatchObject({ status: 401 });
  expect(await google.submit('/dashboard/login/code', { code: recovery[1] ?? '' })).toMatchObject({
    title: 'You are signed in',
  });
  // A further Google account is linked only with both the password and the code.
  says('lin2', { email: 'elsewhere@example.com' });
  const other = openBrowser(gateway.url);
  await other.get(await other.visit(start, 'lin2'));
  const form = { username: 'lin', password };
  expect(await other.submit('/dashboard/login/link', form)).toMatchObject({ status: 401, title: 'Who are you here?' });
  expect(await links('lin')).toEqual(['lin']);
  expect(await other.submit('/dashboard/login/link', { ...form, code: recovery[2] ?? '' })).toMatchObject({
    title: 'You are signed in',
  });
  expect(await links('lin')).toEqual(['lin', 'lin2']);
});

test('a form signs in by name and password, and a form of another site does not', async () => {
  await gateway.makeOrganization('ivy');
  const form = { username: 'ivy', password };
  for (const headers of [
    { 'sec-fetch-site': 'cross-site', origin: publicUrl },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ]) {
    const browser = openBrowser(gateway.url);
    const answer = await browser.submit('/dashboard/login', form, headers as Record<string, string>);
    expect([answer.status, browser.cookies.size]).toEqual([403, 0]);
  }
  const browser = openBrowser(gateway.url);
  const wrong = await browser.submit('/dashboard/login', { username: '"><script>', password: 'wrong' });
  expect(wrong.status).toBe(401);
  expect(wrong.page).not.toContain('"><script>');
  expect(await browser.submit('/dashboard/login', form)).toMatchObject({ status: 200, title: 'You are signed in' });
  const old = openBrowser(gateway.url);
  expect(await old.submit('/dashboard/login', form, { origin: publicUrl })).toMatchObject({ status: 200 });
  expect((await browser.fetch('GET', '/api/v1/account')).status).toBe(200);
});

test('the pages load nothing, run nothing, and stand in no frame', async () => {
  const answer = await fetch(`${gateway.url}/dashboard/login`);
  expect(answer.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'$/,
  );
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.text()).toContain('Sign in with Google');
});

test('the link is in the audit trail of the organization', async () => {
  const { rows } = await sql<{ name: string; after: string }>`
    select name, after from audit_events where name = 'team_member.linked' limit 1`.execute(gateway.identity.kysely);
  expect(rows[0]?.after).toContain(provider.issuer);
});

test('without an application the page says what to set, and programs get the reason', async () => {
  const bare = await startGateway({ publicUrl, identity: { publicUrl } });
  try {
    const shown = await openBrowser(bare.url).get(start);
    expect(shown.status).toBe(503);
    for (const word of [
      'google_not_configured',
      'GOOGLE_CLIENT_ID',
      'GOOGLE_CLIENT_SECRET',
      `${publicUrl}${start}/callback`,
    ]) {
      expect(shown.page).toContain(word);
    }
    const answer = await bare.as(null)('GET', start);
    expect([answer.status, answer.body.error]).toEqual([503, 'google_not_configured']);
    expect((await openBrowser(bare.url).get('/dashboard/login')).page).not.toContain('Google');
  } finally {
    await bare.stop();
  }
});
