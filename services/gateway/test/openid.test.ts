import { consent } from '@drippulse/fake-providers/consent';
import { type SignInProvider, startSignInProvider } from '@drippulse/fake-providers/sign-in';
import { createHttpClient, type HttpClient } from '@drippulse/http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Attempt, beginAttempt, resumeAttempt } from '../src/identity/oidc/attempt.ts';
import { readClaims } from '../src/identity/oidc/claims.ts';
import { createOidc, type Oidc, type OidcClient } from '../src/identity/oidc/provider.ts';

const redirectUri = 'http://127.0.0.1:9/auth/google_oauth2/callback';
let provider: SignInProvider;
let http: HttpClient;
let oidc: Oidc;
let client: OidcClient;
beforeAll(async () => {
  provider = await startSignInProvider({ redirectUris: [redirectUri] });
  provider.people.set('ada', { email: 'Ada@Example.com', email_verified: true, hd: 'example.com', name: 'Ada' });
  http = createHttpClient({ allowPrivate: true, userAgent: 'test' });
  oidc = createOidc({ http, allowHttp: true });
  client = { issuer: provider.issuer, ...provider.client, redirectUri };
});
afterAll(async () => {
  await http.close();
  await provider.stop();
});

async function begin(): Promise<{ attempt: Attempt; answer: URLSearchParams }> {
  const attempt = beginAttempt('google', new Date());
  const url = await oidc.authorizeUrl(client, attempt);
  return { attempt, answer: new URL(await consent(url.href, 'ada')).searchParams };
}

test('a whole sign-in answers who the provider says it is', async () => {
  const { attempt, answer } = await begin();
  expect(await oidc.finish(client, attempt, answer)).toEqual({
    issuer: provider.issuer,
    subject: 'ada',
    email: 'ada@example.com',
    isEmailVerified: true,
    hostedDomain: 'example.com',
    name: 'Ada',
    groups: [],
  });
});

test('a code is good once', async () => {
  const { attempt, answer } = await begin();
  await oidc.finish(client, attempt, answer);
  await expect(oidc.finish(client, attempt, answer)).rejects.toMatchObject({ kind: 'refused', code: 'invalid_grant' });
});

test('a code is worth nothing in an attempt of another browser, which has another state, nonce and verifier', async () => {
  const { answer } = await begin();
  const other = beginAttempt('google', new Date());
  await expect(oidc.finish(client, other, answer)).rejects.toMatchObject({ kind: 'refused' });
  const withItsState = new URLSearchParams({ ...Object.fromEntries(answer), state: other.state });
  // The verifier does not match the challenge.
  await expect(oidc.finish(client, other, withItsState)).rejects.toMatchObject({ code: 'invalid_grant' });
});

test('a token with another nonce is refused', async () => {
  const { attempt, answer } = await begin();
  await expect(oidc.finish(client, { ...attempt, nonce: 'x'.repeat(43) }, answer)).rejects.toMatchObject({
    kind: 'refused',
    code: 'oauth_jwt_claim_comparison_failed',
  });
});

test('an answer that names another issuer is refused before its code is used', async () => {
  const { attempt, answer } = await begin();
  expect(answer.get('iss')).toBe(provider.issuer);
  const foreign = new URLSearchParams({ ...Object.fromEntries(answer), iss: 'https://evil.example' });
  await expect(oidc.finish(client, attempt, foreign)).rejects.toMatchObject({ kind: 'refused' });
  expect(await oidc.finish(client, attempt, answer)).toMatchObject({ subject: 'ada' });
});

test.each<[string, Parameters<SignInProvider['forge']>[0]]>([
  ['of another issuer', { claims: { iss: 'https://evil.example' } }],
  ['for another application', { claims: { aud: 'another-client' } }],
  ['for others beside us', { claims: { aud: ['drippulse-sign-in', 'another-client'] } }],
  ['that has expired', { claims: { exp: 1_000_000_000 } }],
  ['without a nonce', { claims: { nonce: undefined } }],
  ['without a subject', { claims: { sub: undefined } }],
  ['of a subject that cannot be stored', { claims: { sub: 'a\0' } }],
  ['of the key of somebody else', { signature: 'foreign' }],
  ['without a signature (alg: none)', { signature: 'none' }],
])('a token %s is refused', async (_what, forgery) => {
  const { attempt, answer } = await begin();
  provider.forge(forgery);
  await expect(oidc.finish(client, attempt, answer)).rejects.toMatchObject({ name: 'OidcProblem', kind: 'refused' });
});

test('a token that is signed anew by the key of the provider is taken, so that the refusals are of what was forged', async () => {
  const { attempt, answer } = await begin();
  provider.forge({ claims: { name: 'Ada L.' } });
  expect(await oidc.finish(client, attempt, answer)).toMatchObject({ subject: 'ada', name: 'Ada L.' });
});

test('a provider that has rotated its keys signs people in at once', async () => {
  const { attempt, answer } = await begin();
  provider.rotateKeys();
  expect(await oidc.finish(client, attempt, answer)).toMatchObject({ subject: 'ada' });
});

test('a consent that is not given is said as that', async () => {
  const attempt = beginAttempt('google', new Date());
  await oidc.authorizeUrl(client, attempt);
  const answer = new URLSearchParams({ state: attempt.state, error: 'access_denied', iss: provider.issuer });
  await expect(oidc.finish(client, attempt, answer)).rejects.toMatchObject({ code: 'access_denied' });
});

test('a private address is not reached for an issuer that customers name', async () => {
  const guarded = createHttpClient({ allowPrivate: false, userAgent: 'test' });
  const ofCustomers = createOidc({ http: guarded, allowHttp: false });
  const before = provider.asked.length;
  for (const issuer of [provider.issuer, 'https://127.0.0.1:1', 'https://169.254.169.254']) {
    await expect(ofCustomers.authorizeUrl({ ...client, issuer }, beginAttempt('sso', new Date()))).rejects.toThrow();
  }
  expect(provider.asked.length).toBe(before);
  await guarded.close();
});

test('a secret of the application stands in no message', async () => {
  const wrong = { ...client, secret: 'canary-wrong' };
  const { attempt, answer } = await begin();
  const error = await oidc.finish(wrong, attempt, answer).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ kind: 'refused', code: 'invalid_client' });
  expect(String(error)).not.toContain('canary');
});

const now = new Date('2026-11-27T12:00:00Z');

test.each([
  ['ten minutes and a second later', (t: string) => t, 601],
  ['before it began', (t: string) => t, -60],
  ['with another text', (t: string) => `${t.slice(0, 5)}${t[5] === 'x' ? 'y' : 'x'}${t.slice(6)}`, 1],
  ['with another time of beginning', (t: string) => t.replace(/\..*/, '.zzzzzz'), 1],
  ['without a text', () => '', 1],
])('an attempt is not resumed %s', (_when, change, seconds) => {
  const { text, state } = beginAttempt('google', now);
  const later = new Date(now.getTime() + seconds * 1000);
  expect(resumeAttempt('google', text, state, new Date(now.getTime() + 599_000))).toMatchObject({ state });
  expect(resumeAttempt('google', change(text), state, later)).toBeUndefined();
  expect(resumeAttempt('sso acme', text, state, now)).toBeUndefined();
});

const token = { iss: 'i', sub: 's' };

test.each([
  [{ email: 'a@b.co', email_verified: true }, undefined, { email: 'a@b.co', isEmailVerified: true }],
  [{ email: 'a@b.co', email_verified: 'true' }, undefined, { email: 'a@b.co', isEmailVerified: true }],
  [{ email: 'a@b.co', email_verified: 'yes' }, undefined, { email: 'a@b.co', isEmailVerified: false }],
  [{ email: 'a@b.co' }, { email: 'a@b.co', email_verified: true }, { email: 'a@b.co', isEmailVerified: false }],
  [{ email_verified: true }, { email: 'a@b.co' }, { email: 'a@b.co', isEmailVerified: false }],
  [{ email: 'a@b.co\0', email_verified: true }, undefined, { email: undefined, isEmailVerified: false }],
  [{ email: ['a@b.co'], email_verified: true }, undefined, { email: undefined, isEmailVerified: false }],
  [{ groups: 'admins' }, undefined, { groups: ['admins'] }],
  [{ groups: [1, 'a', null] }, undefined, { groups: ['a'] }],
  [{ hd: 7, name: '\uD800' }, undefined, { hostedDomain: undefined, name: undefined }],
])('claims %j with %j are read as %j', (idToken, userInfo, expected) => {
  expect(readClaims({ ...token, ...idToken }, userInfo)).toMatchObject(expected);
});
