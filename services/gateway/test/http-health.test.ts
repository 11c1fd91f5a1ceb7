import { DomainError } from '@drippulse/errors';
import { createLogger } from '@drippulse/observability';
import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { createApp } from '../src/middleware/create-app.ts';
import { startHttpServer } from '../src/middleware/http-server.ts';
import { healthRoutes } from '../src/routes/health.ts';
import { startHealthMonitor } from '../src/routes/health-monitor.ts';
import { send } from './probe/send.ts';

/** Starts a server with only the health route. The test sets the components that are checked, and the clock. */
async function startHealth() {
  const parts: { check: () => Promise<boolean>; checks: number } = { check: async () => true, checks: 0 };
  const time = { now: Date.UTC(2026, 3, 2) };
  const clock = { now: () => new Date(time.now) };
  const log = createLogger({ service: 'test', level: 'fatal' });
  const check = () => {
    parts.checks += 1;
    return parts.check();
  };
  const monitor = startHealthMonitor({ parts: { needed: check }, clock, log });
  const app = createApp({
    transcode: async () => {
      throw new DomainError('not_found', 'route_not_found', 'There is no such path.');
    },
    routes: [healthRoutes({ monitor, version: '1.2.3', clock })],
    dashboard: () => undefined,
    observe: () => undefined,
    trustedProxies: [],
  });
  const http = await startHttpServer(app, { host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${http.port}`,
    time,
    /** Changes which components are available, and waits until the monitor has checked them. */
    async become(answer: () => Promise<boolean>) {
      parts.check = answer;
      const before = parts.checks;
      await eventually(() => expect(parts.checks).toBeGreaterThan(before + 1));
    },
    async [Symbol.asyncDispose]() {
      await monitor.stop();
      await http.stop(0);
    },
  };
}

test('health says ok with version and time, at both paths, without a credential', async () => {
  await using health = await startHealth();
  for (const path of ['/health', '/api/v1/health', '/health/']) {
    expect(await send(health, 'GET', path, { role: '' })).toMatchObject({
      status: 200,
      json: { status: 'ok', version: '1.2.3', time: '2026-04-02T00:00:00.000Z' },
    });
  }
  expect(await send(health, 'HEAD', '/health', { role: '' })).toMatchObject({ status: 200, text: '' });
  const post = await send(health, 'POST', '/health', { role: '' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test.each([
  ['is away', async () => false],
  [
    'fails to answer',
    async () => {
      throw new Error('away');
    },
  ],
])('a needed part that %s makes health unavailable after 5 seconds, and ok again once it is back', async (_, away) => {
  await using health = await startHealth();
  const status = async () => (await send(health, 'GET', '/health', { role: '' })).status;
  await health.become(away);
  expect(await status()).toBe(200);
  health.time.now += 5001;
  expect(await send(health, 'GET', '/health', { role: '' })).toMatchObject({
    status: 503,
    json: { status: 'unavailable', version: '1.2.3' },
  });
  await health.become(async () => true);
  expect(await status()).toBe(200);
});
