import { createLogger, createMetrics } from '@drippulse/observability';
import { eventually, startFaultProxy, testRedis } from '@drippulse/testing';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createEndpointLimits, type EndpointLimits } from '../src/endpoints/limits.ts';

const log = createLogger({ service: 'test', level: 'fatal' });
const opened: EndpointLimits[] = [];
afterEach(async () => {
  jest.useRealTimers();
  for (const limits of opened.splice(0)) await limits.stop();
});

function open(limits: EndpointLimits): EndpointLimits {
  opened.push(limits);
  return limits;
}

test('takes what is left of a second, says how long to wait, and gives back', async () => {
  // A second ends only when the test advances the fake clock.
  jest.useFakeTimers();
  const limits = open(createEndpointLimits(undefined, { log, registry: createMetrics('test') }));
  expect(await limits.take(1n, 5, 3)).toEqual({ granted: 3, waitMs: 0 });
  expect(await limits.take(1n, 5, 32)).toEqual({ granted: 2, waitMs: 0 });
  const refused = await limits.take(1n, 5, 1);
  expect(refused.granted).toBe(0);
  expect(refused.waitMs).toBeLessThanOrEqual(1000);
  await limits.giveBack(1n, 5, 2);
  expect((await limits.take(1n, 5, 5)).granted).toBe(2);
  expect((await limits.take(2n, 5, 5)).granted).toBe(5);
  jest.advanceTimersByTime(1_000);
  expect((await limits.take(1n, 5, 5)).granted).toBe(5);
});

test('while Redis is away each process counts its own', async () => {
  const limits = open(createEndpointLimits('redis://127.0.0.1:1', { log, registry: createMetrics('test') }));
  let webhookId = 0n;
  // The calls are repeated, because a new second may begin between the two calls.
  await eventually(async () => {
    webhookId += 1n;
    const granted = [await limits.take(webhookId, 5, 32), await limits.take(webhookId, 5, 32)].map((g) => g.granted);
    expect(granted).toEqual([5, 0]);
  });
});

const redis = await testRedis();
const redisTest = 'unavailable' in redis ? test.skip : test;
if ('unavailable' in redis) process.stdout.write(`NOT RUN: rates shared through Redis. ${redis.unavailable}\n`);
describe('with Redis', () => {
  redisTest('while Redis does not answer each process counts its own', async () => {
    if ('unavailable' in redis) return;
    const proxy = await startFaultProxy({ port: Number(new URL(redis.url).port) });
    const registry = createMetrics('test');
    const limits = open(createEndpointLimits(proxy.through(redis.url), { log, registry }));
    await eventually(async () => expect(await registry.metrics()).toMatch(/^drippulse_limits_degraded\S* 0$/m));
    const webhookId = BigInt(Date.now());
    proxy.fail('swallowed');
    expect((await limits.take(webhookId, 100, 60)).granted).toBe(60);
    await limits.giveBack(webhookId, 100, 10);
    await proxy.stop();
  });

  redisTest('two processes share one rate', async () => {
    if ('unavailable' in redis) return;
    const [one, two] = [
      open(createEndpointLimits(redis.url, { log, registry: createMetrics('test') })),
      open(createEndpointLimits(redis.url, { log, registry: createMetrics('test') })),
    ];
    const webhookId = BigInt(Date.now());
    await eventually(async () => {
      const granted = [await one.take(webhookId, 100, 60), await two.take(webhookId, 100, 60)].map((g) => g.granted);
      expect(granted).toEqual([60, 40]);
    });
  });
});
