import { type SignInProvider, startSignInProvider } from '@drippulse/fake-providers/sign-in';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openBrowser } from './browser.ts';
import { type Gateway, logIn, password, startGateway } from './start-gateway.ts';
import { type MailServer, startMailServer, tokenOf } from './start-mail-server.ts';

const publicUrl = 'https://app.example.com';
const start = '/auth/google_oauth2';
let provider: SignInProvider;
let mail: MailServer;
let gateway: Gateway;
beforeAll(async () => {
  provider = await startSignInProvider({ redirectUris: [`${publicUrl}${start}/callback`] });
  mail = await startMailServer();
  const google = { issuer: provider.issuer, ...provider.client };
  gateway = await startGateway({ publicUrl, identity: { publicUrl, google, smtpUrl: mail.url } });
});
afterAll(async () => {
  await gateway.stop();
  await mail.stop();
  await provider.stop();
});

/** Creates an organization with one administrator, whose address is proven. */
async function makePerson(name: string) {
  await gateway.makeOrganization(name);
  await sql`update identities set email_verified_at = now() where username = ${name}`.execute(gateway.identity.kysely);
}

function says(name: string, claims: Record<string, unknown> = {}) {
  provider.people.set(name, { email: `${name}@example.com`, email_verified: true, hd: 'example.com', ...claims });
}

/** Invites a person to a new organization. Returns the token from the mail. */
async function invite(organization: string, name: string): Promise<string> {
  await gateway.makeOrganization(organization);
  const { call } = await logIn(gateway, organization);
  const email = `${name}@example.com`;
  const { status } = await call('POST', '/api/v1/team_members/invitations', { email, role: 'editor' });
  expect(status).toBe(201);
  return tokenOf(await mail.mailTo(email));
}

/** Follows the link of the mail, and signs in with Google instead of a password. */
async function acceptBy(person: string, token: string) {
  const browser = openBrowser(gateway.url);
  const page = await browser.submit('/dashboard/invitation', { token, by: 'provider' });
  expect(page.page).toContain('href="/auth/google_oauth2"');
  return { browser, shown: await browser.get(await browser.visit(start, person)) };
}

test('who signs in with Google alone accepts an invitation by that, and belongs to both organizations', async () => {
  await makePerson('issuer-only');
  says('issuer-only');
  const first = openBrowser(gateway.url);
  await first.get(await first.visit(start, 'issuer-only'));
  await sql`update identities set password_hash = null where username = 'issuer-only'`.execute(gateway.identity.kysely);
  const token = await invite('inviting', 'issuer-only');
  const { browser, shown } = await acceptBy('issuer-only', token);
  expect(shown.title).toBe('Choose an organization');
  expect(shown.page).toContain('inviting');
  expect([...browser.cookies.keys()]).not.toContain('__Host-drippulse-invitation');
  const { body } = await first.fetch('GET', '/api/v1/auth/organizations');
  expect(body).toMatchObject({ total_count: 2 });
  // The token is now used up.
  expect(await openBrowser(gateway.url).submit('/dashboard/invitation', { token, by: 'provider' })).toMatchObject({
    status: 422,
    title: 'Accept the invitation',
  });
});

test('somebody new whose address Google speaks for joins by an invitation without any password', async () => {
  says('brandnew', { name: 'Brand New' });
  const { browser, shown } = await acceptBy('brandnew', await invite('welcoming', 'brandnew'));
  expect(shown.title).toBe('You are signed in');
  expect((await browser.fetch('GET', '/api/v1/admin/verify')).body).toMatchObject({
    role: 'editor',
    admin: { email: 'brandnew@example.com' },
  });
  const { rows } = await sql<{ password_hash: string | null; is_verified: boolean; subject: string }>`
    select password_hash, email_verified_at is not null as is_verified, subject
    from identities join identity_links on identity_id = identities.id
    where username = 'brandnew@example.com'`.execute(gateway.identity.kysely);
  expect(rows).toEqual([{ password_hash: null, is_verified: true, subject: 'brandnew' }]);
  const { call } = await logIn(gateway, 'welcoming');
  const { audit_events } = (await call('GET', '/api/v1/audit_events')).body;
  const names = audit_events.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['invitation.accepted', 'team_member.linked']));
});

test('an invitation is accepted by nobody whose address at Google is another one, is unproven, or of a domain that Google does not speak for', async () => {
  const token = await invite('cautious', 'wanted');
  says('somebody-else');
  says('wanted', { hd: undefined });
  says('unproven', { email: 'wanted@example.com', email_verified: false });
  for (const person of ['somebody-else', 'wanted', 'unproven']) {
    const { browser, shown } = await acceptBy(person, token);
    expect([person, shown.title]).toEqual([person, 'Who are you here?']);
    expect(browser.cookies.has('__Host-drippulse')).toBe(false);
  }
  // A person who is linked to Google, but has a different address, is refused with the reason.
  await makePerson('other-address');
  says('other-address');
  const known = openBrowser(gateway.url);
  await known.get(await known.visit(start, 'other-address'));
  const { shown } = await acceptBy('other-address', token);
  expect(shown).toMatchObject({ status: 422, title: 'The invitation was not accepted' });
  // The invitation can still be accepted.
  const accepted = await gateway.as(null)('POST', '/api/v1/invitations/accept', { token, password });
  expect(accepted.status).toBe(200);
});
