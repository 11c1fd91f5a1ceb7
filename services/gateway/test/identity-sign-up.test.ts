import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openBrowser } from './browser.ts';
import { type Answer, type Gateway, logIn, password, startGateway } from './start-gateway.ts';
import { type MailServer, startMailServer, tokenOf } from './start-mail-server.ts';

const hourMs = 3_600_000;
let mail: MailServer;
let gateway: Gateway;
beforeAll(async () => {
  mail = await startMailServer();
  gateway = await startGateway({ trustedProxies: ['loopback'], identity: { smtpUrl: mail.url, isSignUpOpen: true } });
  await gateway.makeOrganization('known');
});
afterAll(async () => {
  await gateway.stop();
  await mail.stop();
});

let network = 0;
/** Requests a sign-up. By default, each request comes from a new network. */
function signUp(email: string, more: object = {}, from = `198.51.100.${++network}`): Promise<Answer> {
  const body = { organization_name: 'Acme', email, ...more };
  return gateway.as(null)('POST', '/api/v1/sign_up', body, { 'x-forwarded-for': from });
}

function confirm(token: string, more: object = {}): Promise<Answer> {
  return gateway.as(null)('POST', '/api/v1/sign_up/confirm', { token, password, ...more });
}

function outcomeOf({ status, body }: Answer): string | number {
  return body?.error ?? status;
}

async function organizations(): Promise<string[]> {
  const rows = await gateway.identity.kysely.selectFrom('organizations').select('slug').orderBy('id').execute();
  return rows.map(({ slug }) => slug);
}

test('a sign-up makes nothing before the link is followed, then an organization with its administrator, once', async () => {
  const before = await organizations();
  expect(await signUp('ada@example.com')).toMatchObject({ status: 202, body: {} });
  const token = tokenOf(await mail.mailTo('ada@example.com'));
  expect(await organizations()).toEqual(before);
  const made = await confirm(token, { name: 'Ada' });
  expect(made).toMatchObject({
    status: 201,
    body: {
      organization_name: 'Acme',
      slug: 'acme',
      team_member: {
        username: 'ada@example.com',
        email: 'ada@example.com',
        name: 'Ada',
        role: 'admin',
        status: 'active',
      },
    },
  });
  expect(await organizations()).toEqual([...before, 'acme']);
  expect(outcomeOf(await confirm(token, { username: 'again' }))).toBe('link_not_valid');
  const { call } = await logIn(gateway, 'ada@example.com');
  expect((await call('GET', '/api/v1/account')).body).toMatchObject({ id: made.body.organization_id, name: 'Acme' });
  expect((await call('GET', '/api/v1/team_members')).body.total_count).toBe(1);
});

test('the mail has no text of who asked, and its link is no query', async () => {
  await signUp('quiet@example.com', { organization_name: 'You have won: evil.example' });
  const { text = '', html } = await mail.mailTo('quiet@example.com');
  for (const form of [text, String(html)]) expect(form).not.toContain('evil.example');
  expect(text).toMatch(/\/dashboard\/sign-up\/confirm#token=[\w-]{43}/);
});

test('of two who follow one link at once one gets the organization', async () => {
  await signUp('twice@example.com');
  const token = tokenOf(await mail.mailTo('twice@example.com'));
  const answers = await Promise.all(['one', 'two'].map((username) => confirm(token, { username })));
  expect(answers.map(outcomeOf).sort()).toEqual([201, 'link_not_valid']);
});

test('who has a user name of the address adds an organization by its password, and nobody else does', async () => {
  await signUp('known@example.com', { organization_name: 'Second' });
  const token = tokenOf(await mail.mailTo('known@example.com'));
  expect(await confirm(token, { username: 'known', password: 'a wrong password' })).toMatchObject({
    status: 422,
    body: { errors: { username: expect.any(Array) } },
  });
  expect(await confirm(token, { username: 'known' })).toMatchObject({ status: 201, body: { slug: 'second' } });
  const organization = (await (await logIn(gateway, 'known')).call('GET', '/api/v1/account')).body;
  expect(organization.name).toBe('known');
  const memberships = await gateway.identity.kysely
    .selectFrom('memberships')
    .select('organization_id')
    .where('username', '=', 'known')
    .execute();
  expect(memberships).toHaveLength(2);
  // A link that was mailed to a different address does not prove ownership of the user name.
  await signUp('other@example.com');
  const others = tokenOf(await mail.mailTo('other@example.com'));
  expect(outcomeOf(await confirm(others, { username: 'known' }))).toBe('sign_up_for_another_address');
});

test('a scanner that opens the link uses nothing up, and a link that was asked for again works as the one before, for one organization', async () => {
  await signUp('patient@example.com', { organization_name: 'Patient' });
  const first = tokenOf(await mail.mailTo('patient@example.com'));
  await signUp('Patient@example.com', { organization_name: 'Patient again' });
  const second = tokenOf(await mail.mailTo('Patient@example.com'));
  for (const method of ['GET', 'HEAD']) {
    await fetch(`${gateway.url}/dashboard/sign-up/confirm?token=${first}`, { method });
    await fetch(`${gateway.url}/api/v1/sign_up/confirm?token=${first}`, { method });
  }
  expect(await confirm(first)).toMatchObject({ status: 201, body: { slug: 'patient' } });
  expect(outcomeOf(await confirm(second, { username: 'patient2' }))).toBe('link_not_valid');
  expect(await organizations()).not.toContain('patient-again');
});

test('people sign up by the pages, and a form of another site does nothing', async () => {
  const browser = openBrowser(gateway.url);
  expect((await browser.get('/dashboard/login')).page).toContain('href="/dashboard/sign-up"');
  const asked = { organization_name: '<b>Pages</b>', email: 'pages@example.com' };
  expect((await browser.submit('/dashboard/sign-up', asked, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  const wrong = await browser.submit('/dashboard/sign-up', { ...asked, email: 'no address' });
  expect(wrong).toMatchObject({ status: 422, title: 'Sign up' });
  expect(wrong.page).toContain('&lt;b&gt;Pages&lt;/b&gt;');
  expect(await browser.submit('/dashboard/sign-up', asked)).toMatchObject({
    status: 200,
    title: 'Look into your mailbox',
  });
  const token = tokenOf(await mail.mailTo('pages@example.com'));
  const page = '/dashboard/sign-up/confirm';
  expect(await browser.get(page)).toMatchObject({ status: 200, title: 'Make your organization' });
  const bad = await browser.submit(page, { token, password: 'short' });
  expect(bad).toMatchObject({ status: 422, title: 'Make your organization' });
  expect(bad.page).toContain(token);
  const made = await browser.submit(page, { token, password, name: '' });
  expect(made).toMatchObject({ status: 200, title: 'Welcome' });
  expect(made.page).toContain('&lt;b&gt;Pages&lt;/b&gt; is yours now');
  expect(await browser.submit(page, { token, password })).toMatchObject({
    status: 422,
    title: 'Make your organization',
  });
  await logIn(gateway, 'pages@example.com');
});

// This test compares the responses; login-work.test.ts counts the statements.
test('an address that somebody has and one that nobody has answer alike', async () => {
  const shape = ({ status, text, headers }: Answer) => [status, text, [...headers.keys()].sort()];
  expect(shape(await signUp('known@example.com'))).toEqual(shape(await signUp('nobody-yet@example.com')));
});

test.each<[object, string]>([
  [{ organization_name: ' ' }, 'organization_name'],
  [{ organization_name: 'x'.repeat(256) }, 'organization_name'],
  [{ email: 'no address' }, 'email'],
])('%j is 422, names the field, and mails nobody', async (body, field) => {
  const answer = await signUp('invalid@example.com', body);
  expect(answer).toMatchObject({ status: 422, body: { error: 'validation_failed' } });
  expect(Object.keys(answer.body.errors)).toEqual([field]);
});

test('a link that is unknown, of another kind or a day old is refused, and so is a bad password', async () => {
  expect(outcomeOf(await confirm('nonsense'))).toBe('link_not_valid');
  expect(outcomeOf(await gateway.as(null)('POST', '/api/v1/sign_up/confirm', {}))).toBe('parameter_missing');
  await signUp('late@example.com');
  const token = tokenOf(await mail.mailTo('late@example.com'));
  expect(await confirm(token, { password: 'short' })).toMatchObject({
    status: 422,
    body: { errors: { password: [expect.any(String)] } },
  });
  const invitation = { token, username: 'late', password };
  expect(outcomeOf(await gateway.as(null)('POST', '/api/v1/invitations/accept', invitation))).toBe('link_not_valid');
  gateway.shiftClock(25 * hourMs);
  try {
    expect(outcomeOf(await confirm(token))).toBe('link_not_valid');
  } finally {
    gateway.shiftClock(-25 * hourMs);
  }
});

test('an address is mailed to five times a day, and a network asks twenty times an hour', async () => {
  const outcomes: (string | number)[] = [];
  for (let index = 0; index < 6; index++) outcomes.push(outcomeOf(await signUp('flooded@example.com')));
  expect(outcomes).toEqual([202, 202, 202, 202, 202, 'rate_limited']);
  const from = '203.0.113.7';
  const asked = await Promise.all(Array.from({ length: 21 }, (_, index) => signUp(`n${index}@example.com`, {}, from)));
  expect(asked.filter(({ status }) => status === 202)).toHaveLength(20);
  expect(asked.map(outcomeOf)).toContain('rate_limited');
});

test('a closed installation refuses both, and one without mails says so', async () => {
  const closed = await startGateway({ identity: { smtpUrl: mail.url } });
  const mailless = await startGateway({ identity: { isSignUpOpen: true } });
  try {
    const body = { organization_name: 'Acme', email: 'ada@example.com' };
    expect(outcomeOf(await closed.as(null)('POST', '/api/v1/sign_up', body))).toBe('sign_up_closed');
    const link = { token: 'x', password };
    expect(outcomeOf(await closed.as(null)('POST', '/api/v1/sign_up/confirm', link))).toBe('sign_up_closed');
    const browser = openBrowser(closed.url);
    for (const page of ['/dashboard/sign-up', '/dashboard/sign-up/confirm']) {
      for (const shown of [await browser.get(page), await browser.submit(page, link)]) {
        expect(shown).toMatchObject({ status: 403, page: expect.stringContaining('takes no sign-ups') });
      }
    }
    expect((await browser.get('/dashboard/login')).page).not.toContain('/dashboard/sign-up');
    expect(await mailless.as(null)('POST', '/api/v1/sign_up', body)).toMatchObject({
      status: 503,
      body: { error: 'mail_not_configured' },
    });
  } finally {
    await closed.stop();
    await mailless.stop();
  }
});
