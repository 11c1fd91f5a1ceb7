import { eventually, testRedis } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Gateway, logIn, password, startGateway } from './start-gateway.ts';

const redis = await testRedis();
const stores = [
  ['in memory', undefined],
  ...('unavailable' in redis ? [] : [['in Redis', redis.url] as const]),
] as const;
if ('unavailable' in redis) console.warn(`NOT RUN: limits in Redis. ${redis.unavailable}`);
afterAll(async () => {
  if (!('unavailable' in redis)) await redis.stop();
});

async function areDegraded(gateway: Gateway): Promise<boolean> {
  return /^drippulse_limits_degraded\S* 1$/m.test(await gateway.metrics());
}

describe.each(stores)('limits counted %s', (_name, redisUrl) => {
  let gateway: Gateway;
  // Names are unique to this run, because Redis keeps the counts of an earlier run.
  const name = (text: string) => `${text}-${process.pid}-${Date.now() % 1_000_000}`;
  const owner = name('owner');
  beforeAll(async () => {
    gateway = await startGateway(
      { redisUrl, rateLimitPerMinute: 2, rateLimitBurst: 3, trustedProxies: ['127.0.0.1'] },
      undefined,
      // The timeout is long, because requests to which Redis responds too late are counted in memory, which would make
      // the count inexact.
      { redisTimeoutMs: 20_000 },
    );
    await eventually(async () => expect(await areDegraded(gateway)).toBe(false));
    await gateway.makeOrganization(owner);
  });
  afterAll(() => gateway.stop());

  test('a credential has its steady rate and its burst, then 429 with the time to wait', async () => {
    const { call } = await logIn(gateway, owner);
    const answers = [];
    for (let index = 0; index < 5; index++) answers.push(await call('GET', '/api/v1/account'));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 429]);
    const [first] = answers;
    expect(first?.headers.get('ratelimit-policy')).toBe(
      '"credential";q=1;w=30;burst=3, "organization";q=1;w=6;burst=15',
    );
    expect(first?.headers.get('ratelimit')).toMatch(/^"credential";r=0;t=\d+, "organization";r=0;t=\d+$/);
    const refused = answers.at(-1);
    expect(refused?.body).toMatchObject({ error: 'rate_limited', status: 429 });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    expect(refused?.headers.get('ratelimit')).toMatch(/^"credential";r=0;t=\d+$/);
  });

  test('one credential that is refused takes nothing from another of its organization', async () => {
    const [greedy, modest] = [await logIn(gateway, owner), await logIn(gateway, owner)];
    for (let index = 0; index < 8; index++) await greedy.call('GET', '/api/v1/account');
    expect(await modest.call('GET', '/api/v1/account')).toMatchObject({ status: 200 });
  });

  test('the eleventh attempt of a minute for one account from one address is refused, from another it is not', async () => {
    const username = name('victim');
    const attempt = (address: string) =>
      gateway.as(null)('POST', '/api/v1/admin/login', { username, password }, { 'x-forwarded-for': address });
    const statuses = [];
    for (let index = 0; index < 11; index++) statuses.push((await attempt('192.0.2.1')).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
    expect((await attempt('192.0.2.2')).status).toBe(401);
    expect(Number((await attempt('192.0.2.1')).headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  test('an address sends at most 20 forms a minute, and its other requests are not counted for it', async () => {
    const headers = { 'x-forwarded-for': `203.0.113.${1 + (process.pid % 250)}`, 'content-type': 'application/json' };
    const submit = () => gateway.as(null)('POST', '/public/lead_forms/unknown', { email: 'a@example.com' }, headers);
    const answers = [];
    for (let index = 0; index < 21; index++) answers.push(await submit());
    expect(answers.map(({ status }) => status === 429)).toEqual([...Array(20).fill(false), true]);
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"lead_forms";q=20;w=60');
    expect((await gateway.as(null)('GET', '/public/lead_forms/unknown', undefined, headers)).status).not.toBe(429);
  });

  test('the aliases of login count together, for all accounts of an address', async () => {
    const address = `198.51.100.${1 + (process.pid % 250)}`;
    const paths = ['/api/v1/admin/login', '/api/v1/sessions/admin', '/api/v1/auth/login'];
    const headers = { 'x-forwarded-for': address };
    let refused = 0;
    // The requests have no password, so that the attempts are counted and refused before hashing.
    for (let index = 0; index < 102; index++) {
      const path = paths[index % 3] ?? '';
      const answer = await gateway.as(null)('POST', path, { username: `u${index}` }, headers);
      if (answer.status === 429) refused += 1;
    }
    expect(refused).toBe(2);
  });
});

test('limits go on in memory while Redis is away', async () => {
  const gateway = await startGateway({ redisUrl: 'redis://127.0.0.1:1', rateLimitPerMinute: 2, rateLimitBurst: 1 });
  try {
    expect(await areDegraded(gateway)).toBe(true);
    await gateway.makeOrganization('lonely');
    const { call } = await logIn(gateway, 'lonely');
    const statuses = [];
    for (let index = 0; index < 3; index++) statuses.push((await call('GET', '/api/v1/account')).status);
    expect(statuses).toEqual([200, 200, 429]);
  } finally {
    await gateway.stop();
  }
});

test('an address that no trusted proxy vouches for cannot be chosen by the client', async () => {
  const gateway = await startGateway();
  try {
    const attempts = Array.from({ length: 11 }, (_, index) => `192.0.2.${index}`);
    const statuses = [];
    for (const address of attempts) {
      const body = { username: 'target', password };
      statuses.push(
        (await gateway.as(null)('POST', '/api/v1/auth/login', body, { 'x-forwarded-for': address })).status,
      );
    }
    expect(statuses.at(-1)).toBe(429);
  } finally {
    await gateway.stop();
  }
});
