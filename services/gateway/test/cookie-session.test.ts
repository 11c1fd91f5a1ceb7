import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isPlainLoopback } from '../src/public-url.ts';
import { readSessionCookie, sessionCookie } from '../src/session-cookie.ts';
import { type Gateway, logIn, password, startGateway } from './start-gateway.ts';

const origin = 'https://app.example.com';
let gateway: Gateway;
let cookie: string;
beforeAll(async () => {
  gateway = await startGateway({ publicUrl: origin, identity: { publicUrl: origin } });
  await gateway.makeOrganization('ada');
  cookie = await signIn();
});
afterAll(() => gateway.stop());

async function signIn(): Promise<string> {
  const answer = await gateway.as(null)('POST', '/dashboard/session', { username: 'ada', password });
  expect(answer.status).toBe(200);
  return answer.headers.getSetCookie().join().split(';')[0] ?? '';
}

test('a sign-in of the dashboard sets a cookie that no script can read, and answers no token', async () => {
  const answer = await gateway.as(null)('POST', '/dashboard/session', { username: 'ada', password });
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__Host-drippulse=[\w.-]+; Max-Age=4\d{4}; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
  ]);
  expect(Object.keys(answer.body)).toEqual(['expires_at', 'admin']);
  expect(answer.body.admin).toMatchObject({ username: 'ada', role: 'admin' });
  const wrong = await gateway.as(null)('POST', '/dashboard/session', { username: 'ada', password: 'wrong' });
  expect([wrong.status, wrong.body.error, wrong.headers.getSetCookie()]).toEqual([401, 'invalid_credentials', []]);
  const text = { 'content-type': 'text/plain' };
  expect((await gateway.as(null)('POST', '/dashboard/session', { username: 'ada', password }, text)).status).toBe(415);
});

type Sent = Record<string, string | undefined>;
const page: Sent = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'x-drippulse-dashboard': '1' };

// Each row: headers that a browser sends with the cookie in a situation, and whether the gateway accepts the cookie.
test.each<[string, 'GET' | 'POST', Sent, boolean]>([
  ['a read by a page of the dashboard', 'GET', { ...page, 'x-drippulse-dashboard': undefined }, true],
  ['a change by a page of the dashboard', 'POST', page, true],
  ['a read by an old browser that says its origin', 'GET', { origin }, true],
  ['a change by an old browser that says its origin', 'POST', { origin, 'x-drippulse-dashboard': '1' }, true],
  ['a change without the header of the dashboard', 'POST', { ...page, 'x-drippulse-dashboard': undefined }, false],
  ['a change with another value of it', 'POST', { ...page, 'x-drippulse-dashboard': 'true' }, false],
  ['a page on another port', 'POST', { ...page, 'sec-fetch-site': 'same-site', origin: `${origin}:8443` }, false],
  ['a page on a sibling domain', 'GET', { ...page, 'sec-fetch-site': 'same-site' }, false],
  [
    'a page of another site',
    'POST',
    { ...page, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    false,
  ],
  ['a page of another site that claims our origin', 'POST', { ...page, 'sec-fetch-site': 'cross-site', origin }, false],
  [
    'a form of another site',
    'POST',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    false,
  ],
  [
    'a form of our own origin',
    'POST',
    { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', origin },
    false,
  ],
  [
    'a frame in another site',
    'GET',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    false,
  ],
  [
    'a fetch without CORS of another site',
    'GET',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    false,
  ],
  [
    'a fetch without CORS that changes',
    'POST',
    { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' },
    false,
  ],
  ['an address that is typed', 'GET', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, false],
  ['an old browser on another origin', 'GET', { origin: 'https://evil.example', 'x-drippulse-dashboard': '1' }, false],
  ['a sandboxed frame in an old browser', 'GET', { origin: 'null', 'x-drippulse-dashboard': '1' }, false],
  ['a client that says nothing', 'GET', { 'x-drippulse-dashboard': '1' }, false],
])('the cookie and %s (%s)', async (_place, method, sent, isTaken) => {
  const headers = Object.fromEntries(Object.entries({ ...sent, cookie }).filter(([, value]) => value !== undefined));
  const answer = await fetch(`${gateway.url}${method === 'GET' ? '/api/v1/account' : '/api/v1/projects'}`, {
    method,
    headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
    ...(method === 'POST' && { body: JSON.stringify({ name: 'P' }) }),
  });
  expect(answer.status).toBe(isTaken ? (method === 'GET' ? 200 : 201) : 401);
  expect(answer.headers.has('access-control-allow-origin')).toBe(false);
});

test('with Authorization the cookie does not count, even where that is no good', async () => {
  for (const authorization of ['Bearer nonsense', 'Basic YTpi', '']) {
    const answer = await gateway.as(null)('GET', '/api/v1/account', undefined, { ...own, cookie, authorization });
    expect([authorization, answer.status]).toEqual([authorization, 401]);
  }
});

const own = { 'sec-fetch-site': 'same-origin', 'x-drippulse-dashboard': '1' };

test('an API key in the cookie is refused, and so are two cookies of the name', async () => {
  const { call } = await logIn(gateway, 'ada');
  const { body } = await call('POST', '/api/v1/api_keys', { name: 'K' });
  const withCookie = async (text: string) =>
    (await gateway.as(null)('GET', '/api/v1/account', undefined, { ...own, cookie: text })).status;
  expect(await withCookie(`__Host-drippulse=${body.key}`)).toBe(401);
  expect(await withCookie(`${cookie}; ${cookie}`)).toBe(401);
  // A cookie of this name is accepted only over plain http on a person's own machine.
  expect(await withCookie(cookie.replace('__Host-', ''))).toBe(401);
  expect(await withCookie(`other=1; ${cookie}; last=2`)).toBe(200);
});

test('the session of the cookie ends by DELETE, and the cookie with it', async () => {
  const mine = await signIn();
  const call = gateway.as(null);
  expect((await call('DELETE', '/dashboard/session', undefined, { cookie: mine })).status).toBe(401);
  const answer = await call('DELETE', '/dashboard/session', undefined, { ...own, cookie: mine });
  expect(answer.status).toBe(204);
  expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-drippulse=; Max-Age=0;.*Secure$/)]);
  expect((await call('GET', '/api/v1/account', undefined, { ...own, cookie: mine })).status).toBe(401);
});

test.each([
  ['http://localhost:3000', true],
  ['http://127.0.0.1:3000', true],
  ['http://[::1]:3000', true],
  ['https://localhost', false],
  ['http://localhost.example.com', false],
  ['http://10.0.0.1', false],
  ['https://app.example.com', false],
])('the cookies of %s are plain: %s', (publicUrl, isPlain) => {
  expect(isPlainLoopback(publicUrl)).toBe(isPlain);
  const made = sessionCookie(publicUrl, 't', 60);
  expect(made.startsWith('__Host-') && made.endsWith('; Secure')).toBe(!isPlain);
  expect(readSessionCookie(made.split(';')[0], publicUrl)).toBe('t');
});
