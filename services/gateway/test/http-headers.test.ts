import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSocket, readToEnd } from './probe/raw-http.ts';
import { send } from './probe/send.ts';
import { type Probe, startProbe } from './probe/start-probe.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
let probe: Probe;
beforeAll(async () => {
  probe = await startProbe('in memory');
});
afterAll(async () => probe[Symbol.asyncDispose]());

const browserHeaders = ['x-frame-options', 'referrer-policy', 'cross-origin-opener-policy', 'origin-agent-cluster'];

test.each(['/api/v1/probe/items', '/api/v1/probe/lists', '/nowhere', '/'])(
  'the answer to %s has the version, and of the headers for browsers those that JSON needs',
  async (path) => {
    const { headers } = await send(probe, 'GET', path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'drippulse-version': version,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    for (const name of [
      ...browserHeaders,
      'strict-transport-security',
      'x-powered-by',
      'access-control-allow-origin',
    ]) {
      expect([name, headers.has(name)]).toEqual([name, false]);
    }
  },
);

test.each(['/docs', '/docs/errors', '/docs/assets/docs.css'])('%s has all headers for browsers', async (path) => {
  const { headers } = await send(probe, 'GET', path);
  for (const name of browserHeaders) expect([name, headers.has(name)]).toEqual([name, true]);
  expect(headers.get('drippulse-version')).toBe(version);
});

test('a request that is no HTTP is answered with the version too', async () => {
  expect(await readToEnd(await openSocket(probe, 'nonsense\r\n\r\n'))).toContain(`drippulse-version: ${version}\r\n`);
});

test('pages ask for https only where a trusted proxy says that they came by it', async () => {
  const hsts = async (headers: Record<string, string>) =>
    (await send(probe, 'GET', '/docs', { headers })).headers.get('strict-transport-security');
  expect(await hsts({})).toBeNull();
  // The probe trusts 10.0.0.0/8, and these requests come from 127.0.0.1.
  expect(await hsts({ 'x-forwarded-proto': 'https' })).toBeNull();
  await using trusting = await startProbe('in memory', { trustedProxies: ['loopback'] });
  const { headers } = await send(trusting, 'GET', '/docs', { headers: { 'x-forwarded-proto': 'https' } });
  expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
  const plain = await send(trusting, 'GET', '/docs', { headers: { 'x-forwarded-proto': 'http' } });
  expect(plain.headers.has('strict-transport-security')).toBe(false);
});

test('a test key sees its mode on every answer, and no other caller does', async () => {
  const modeOf = async (role: string, path: string) =>
    (await send(probe, 'GET', path, { role })).headers.get('drippulse-mode');
  expect(await modeOf('viewer@1@test', '/api/v1/probe/items')).toBe('test');
  expect(await modeOf('viewer@1@test', '/api/v1/probe/items?count=x')).toBe('test');
  expect(await modeOf('viewer', '/api/v1/probe/items')).toBeNull();
  expect(await modeOf('', '/api/v1/probe/items')).toBeNull();
});

test('a route that will be removed says since when, until when and where to read on, also in an error', async () => {
  for (const role of ['viewer', '']) {
    const { headers } = await send(probe, 'GET', '/api/v1/probe/retired', { role });
    expect(Object.fromEntries(headers)).toMatchObject({
      deprecation: `@${Date.UTC(2026, 3, 2) / 1000}`,
      sunset: 'Fri, 02 Apr 2027 12:00:00 GMT',
      link: '</docs/errors>; rel="deprecation"; type="text/html"',
    });
  }
  const other = await send(probe, 'GET', '/api/v1/probe/items');
  expect(other.headers.has('deprecation') || other.headers.has('sunset')).toBe(false);
});
