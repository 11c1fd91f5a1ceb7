import { once } from 'node:events';
import { connect } from 'node:net';
import { startRedis } from '@drippulse/servers';
import { eventually, type FaultProxy, startFaultProxy } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Gateway, logIn, password, startGateway } from './start-gateway.ts';

// A separate Redis, because these tests freeze it.
const redis = await startRedis();
const withRedis = 'unavailable' in redis ? describe.skip : describe;
if ('unavailable' in redis) console.warn(`NOT RUN: a Redis that hangs. ${redis.unavailable}`);
afterAll(async () => {
  if (!('unavailable' in redis)) await redis.stop();
});

withRedis('while Redis does not answer, limits are counted in memory and no request waits for it', () => {
  let gateway: Gateway;
  let proxy: FaultProxy;
  beforeAll(async () => {
    if ('unavailable' in redis) return;
    proxy = await startFaultProxy({ port: Number(new URL(redis.url).port) });
    const settings = { redisUrl: proxy.through(redis.url), rateLimitPerMinute: 60, rateLimitBurst: 1000 };
    gateway = await startGateway(settings);
    await untilDegraded(0);
  });
  afterAll(async () => {
    await gateway.stop();
    await proxy.stop();
  });

  async function untilDegraded(value: 0 | 1): Promise<void> {
    // The gateway and the identity service each export the gauge.
    const gauges = async () => [...(await gateway.metrics()).matchAll(/^drippulse_limits_degraded\S* (\d)$/gm)];
    await eventually(async () => expect((await gauges()).map(([, found]) => Number(found))).toEqual([value, value]));
  }

  let users = 0;

  /**
   * Logs in a new user, whose attempts are not counted yet, and makes requests with the token, first one by one and
   * then in parallel.
   */
  async function useApi(): Promise<number[]> {
    users += 1;
    const username = `owner-${users}`;
    await gateway.makeOrganization(username);
    const { call } = await logIn(gateway, username);
    const alone = await call('GET', '/api/v1/account');
    const together = await Promise.all(Array.from({ length: 20 }, () => call('GET', '/api/v1/account')));
    const wrong = await gateway.as(null)('POST', '/api/v1/admin/login', { username, password: `${password}x` });
    return [alone.status, ...together.map(({ status }) => status), wrong.status];
  }
  const expected = [...Array(21).fill(200), 401];

  test('frozen', async () => {
    if ('unavailable' in redis) return;
    process.kill(redis.pid, 'SIGSTOP');
    try {
      expect(await useApi()).toEqual(expected);
      await untilDegraded(1);
      expect(await useApi()).toEqual(expected);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await untilDegraded(0);
    expect(await useApi()).toEqual(expected);
  });

  test('behind a cable that swallows bytes', async () => {
    proxy.fail('swallowed');
    expect(await useApi()).toEqual(expected);
    proxy.heal();
    await untilDegraded(0);
    expect(await useApi()).toEqual(expected);
  });

  test('full: a Redis that takes no write is away, although it answers pings', async () => {
    if ('unavailable' in redis) return;
    await command(redis.url, 'CONFIG SET maxmemory 1');
    try {
      expect(await useApi()).toEqual(expected);
      await untilDegraded(1);
    } finally {
      await command(redis.url, 'CONFIG SET maxmemory 0');
    }
    await untilDegraded(0);
  });
});

/** Sends one command on its own connection. */
async function command(url: string, text: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
  socket.write(`${text}\r\n`);
  await once(socket, 'data');
  socket.destroy();
}
