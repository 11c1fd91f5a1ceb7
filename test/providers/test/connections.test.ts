import {
  findProvider,
  type Grant,
  type OAuth,
  type Provider,
  type ProviderKey,
  type ProviderRequest,
  providers,
  type TestFindings,
  type TokenRequest,
} from '@drippulse/providers';
import { describe, expect, test } from '@jest/globals';
import { type FakedKey, type FakeRequest, fakes, sampleCredentials } from '../src/index.ts';
import { misspellings } from './misspell.ts';
import { judgeAnswer, Refused, type SomeRunning, start, toFakeRequest, toProviderAnswer } from './run-example.ts';
import { seededRandom } from './seeded-random.ts';

const { random, seed } = seededRandom();
const faked = providers
  .filter(({ key }) => Object.hasOwn(fakes, key))
  .map((provider) => ({ name: provider.key, provider }));

describe.each(faked)('$name', ({ provider }) => {
  const credentials = sampleCredentials[provider.key];
  const run = () => start(fakes[provider.key as FakedKey]);

  test('says of each credential where to find it, and takes one that is right', () => {
    for (const { name, label, help, pattern } of provider.credentials) {
      expect([name, label.length > 2, /^[A-Z].*\.$/.test(help)]).toEqual([name, true, true]);
      const sample = credentials[name];
      if (sample !== undefined && pattern !== undefined) expect([name, pattern.test(sample)]).toEqual([name, true]);
      if (pattern !== undefined) expect([name, pattern.test('https://evil.example/\r\nx')]).toEqual([name, false]);
    }
    const names = new Set(provider.credentials.map(({ name }) => name));
    expect(provider.requires.flat().filter((name) => !names.has(name))).toEqual([]);
  });

  test('sends credentials to its own hosts alone', () => {
    for (const { originOf, allowed } of Object.values(provider.hosts)) {
      const origin = originOf(credentials);
      expect(origin).toMatch(/^https:\/\//);
      expect(allowed.test(new URL(origin ?? '').hostname)).toBe(true);
      for (const host of [
        'evil.example',
        `evil.example#${new URL(origin ?? '').hostname}`,
        `${new URL(origin ?? '').hostname}.evil.example`,
      ])
        expect([host, allowed.test(host)]).toEqual([host, false]);
    }
  });

  test('has a test that a living connection passes and a refused one does not', () => {
    const living = run();
    const found = testConnection(provider, living);
    expect(found.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(found.checks.length).toBeGreaterThan(0);
    const running = run();
    running.refuse(...living.requests().flatMap(({ token }) => token ?? []));
    expect(() => testConnection(provider, running)).toThrow(/^credentials: /);
  });

  const { oauth } = provider;
  if (oauth === undefined) return;

  const verifier = 'v'.repeat(43);
  const grants: Grant[] = [
    {
      type: 'authorization_code',
      code: 'code-1',
      redirectUri: 'https://app.example.com/auth/connections/callback',
      verifier: oauth.usesPkce ? verifier : undefined,
    },
    { type: 'refresh_token', refreshToken: 'refresh-1' },
  ];

  test.each(grants)('gets tokens by $type, and cannot misspell a name of the request', (grant) => {
    const request = tokenRequest(oauth, grant);
    const { answer } = run().answer(request);
    const read = oauth.read(toProviderAnswer(answer));
    expect(read).toMatchObject({ tokens: { accessToken: expect.any(String) } });
    const unnoticed = misspellings(request, [], random).filter((one) => isAccepted(run(), one.request));
    expect({ seed, unnoticed: unnoticed.map(({ at }) => at) }).toEqual({ seed, unnoticed: [] });
  });

  test('signs in, refreshes and revokes at its own hosts alone', () => {
    const revoked = oauth.revoke?.(credentials);
    for (const url of [oauth.authorizeUrl(credentials), oauth.tokenUrl(credentials), ...(revoked ? [revoked.url] : [])])
      expect([url, oauth.allowed.test(new URL(url ?? '').hostname)]).toEqual([url, true]);
    if (revoked !== undefined)
      expect(run().answer(toRequest(revoked.url, revoked.request)).answer.status ?? 200).toBeLessThan(300);
  });

  /**
   * Whether a request gets tokens. The description alone is not enough, because it may mark a grant's fields as
   * optional.
   */
  function isAccepted(running: SomeRunning, request: FakeRequest): boolean {
    const { status = 200 } = running.answer(request).answer;
    return status < 300 && (running.requests()[0]?.problems.length ?? 0) === 0;
  }

  function tokenRequest(by: OAuth, grant: Grant): FakeRequest {
    return toRequest(by.tokenUrl(credentials) ?? '', by.request(grant, { id: 'client-1', secret: 'client-secret-1' }));
  }
});

function toRequest(address: string, { method, headers, query, body }: TokenRequest): FakeRequest {
  const url = new URL(address);
  const type =
    body === undefined ? undefined : 'form' in body ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    method,
    host: url.hostname,
    path: url.pathname,
    query: [...url.searchParams, ...Object.entries(query ?? {})],
    headers: { ...(type !== undefined && { 'content-type': type }), ...headers },
    text:
      body === undefined ? '' : 'form' in body ? new URLSearchParams(body.form).toString() : JSON.stringify(body.json),
  };
}

function testConnection(provider: Provider, running: SomeRunning): TestFindings {
  const calls = provider.test(sampleCredentials[provider.key]);
  for (let step = calls.next(); ; ) {
    if (step.done === true) return step.value;
    const request: ProviderRequest = step.value;
    const { answer } = running.answer(toFakeRequest(provider, request));
    expect(running.requests().at(-1)?.problems).toEqual([]);
    const verdict = judgeAnswer(provider, request, toProviderAnswer(answer));
    if ('problem' in verdict) throw new Refused(`${verdict.class}: ${verdict.problem.message}`);
    step = calls.next(toProviderAnswer(answer));
  }
}

test.each<[ProviderKey, string, string]>([
  [
    'google_workspace',
    'https://www.googleapis.com/auth/calendar.events',
    'https://www.googleapis.com/auth/calendar.events.readonly',
  ],
  ['google_workspace', 'https://www.googleapis.com/auth/gmail.compose', 'https://www.googleapis.com/auth/gmail.send'],
  ['microsoft365', 'https://graph.microsoft.com/Calendars.ReadWrite', 'Calendars.ReadBasic'],
  ['microsoft365', 'Mail.ReadWrite', 'Mail.Read'],
  ['zoom', 'meeting:write:meeting:admin', 'meeting:write:meeting'],
])('at %s the scope %s includes %s', (key, wide, narrow) => {
  const read = findProvider(key)?.oauth?.read({
    status: 200,
    headers: {},
    body: { access_token: 'a', expires_in: 1, token_type: 'Bearer', scope: `openid ${wide}` },
  });
  expect(read).toMatchObject({ tokens: { scopes: expect.arrayContaining([narrow]) } });
});
