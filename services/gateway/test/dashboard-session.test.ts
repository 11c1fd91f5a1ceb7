import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { issueSignInLink } from '../src/identity/organizations/index.ts';
import { openBrowser } from './browser.ts';
import { type Gateway, password, startGateway } from './start-gateway.ts';

const origin = 'https://app.example.com';
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ publicUrl: origin, identity: { publicUrl: origin } });
  await gateway.makeOrganization('ada');
  await gateway.makeOrganization('bob');
});
afterAll(() => gateway.stop());

const signIn = async (username: string) => {
  const browser = openBrowser(gateway.url);
  await browser.submit('/dashboard/login', { username, password });
  return browser;
};

test('a link signs a browser in once, and the next link replaces the one before', async () => {
  const replaced = await issueSignInLink(gateway.identity, 'ada');
  const token = await issueSignInLink(gateway.identity, 'ada');
  const browser = openBrowser(gateway.url);
  // Opening the page does not use up the link.
  expect(await browser.get('/dashboard/open')).toMatchObject({ status: 200, title: 'Open the dashboard' });
  expect(await browser.submit('/dashboard/open', { token: replaced })).toMatchObject({ status: 422 });
  const shown = await browser.submit('/dashboard/open', { token });
  expect(shown).toMatchObject({ status: 200, title: 'You are signed in' });
  expect(shown.page).toContain('content="0; url=/dashboard"');
  expect((await browser.fetch('GET', '/api/v1/admin/verify')).body).toMatchObject({ admin: { username: 'ada' } });
  const again = openBrowser(gateway.url);
  expect(await again.submit('/dashboard/open', { token })).toMatchObject({ status: 422, title: 'Open the dashboard' });
  expect(again.cookies.size).toBe(0);
});

test('of browsers that send one link at the same time one is signed in', async () => {
  const token = await issueSignInLink(gateway.identity, 'ada');
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => openBrowser(gateway.url).submit('/dashboard/open', { token })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422]);
});

test('a form of another site cannot use a link, and there is none for nobody', async () => {
  const token = await issueSignInLink(gateway.identity, 'bob');
  const foreign = await openBrowser(gateway.url).submit(
    '/dashboard/open',
    { token },
    { 'sec-fetch-site': 'cross-site' },
  );
  expect(foreign.status).toBe(403);
  expect((await openBrowser(gateway.url).submit('/dashboard/open', { token })).status).toBe(200);
  await expect(issueSignInLink(gateway.identity, 'nobody')).rejects.toThrow('There is no user named "nobody".');
});

test('the session of the cookie goes to another organization of the person, without a token in the answer', async () => {
  const browser = await signIn('ada');
  const before = browser.cookies.get('__Host-drippulse');
  const others = (await browser.fetch('GET', '/api/v1/auth/organizations')).body['organizations'];
  expect(others).toHaveLength(1);
  const missing = await browser.fetch('POST', '/dashboard/session/organization', { organization_id: 999_999 });
  expect(missing).toMatchObject({ status: 404, body: { error: 'organization_not_found' } });
  expect(browser.cookies.get('__Host-drippulse')).toBe(before);
  const { body: own } = await browser.fetch('GET', '/api/v1/account');
  const changed = await browser.fetch('POST', '/dashboard/session/organization', { organization_id: own['id'] });
  expect(changed.status).toBe(200);
  expect(Object.keys(changed.body)).toEqual(['expires_at', 'admin']);
  expect(browser.cookies.get('__Host-drippulse')).not.toBe(before);
  expect((await browser.fetch('GET', '/api/v1/account')).status).toBe(200);
  const former = await gateway.as(before ?? '')('GET', '/api/v1/account');
  expect(former.status).toBe(401);
});
