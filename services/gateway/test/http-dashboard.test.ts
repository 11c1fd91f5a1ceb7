import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DomainError } from '@drippulse/errors';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApp } from '../src/middleware/create-app.ts';
import { startHttpServer } from '../src/middleware/http-server.ts';
import { dashboardFrom } from '../src/routes/dashboard.ts';

let folder: string;
let server: Awaited<ReturnType<typeof startHttpServer>>;
const routes: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'drippulse-dashboard-'));
  const app = createApp({
    transcode: async () => {
      throw new DomainError('not_found', 'route_not_found', 'There is no such path.');
    },
    routes: [],
    dashboard: dashboardFrom(folder),
    observe: ({ route }) => routes.push(String(route)),
    trustedProxies: [],
  });
  server = await startHttpServer(app, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server?.stop(0);
  rmSync(folder, { recursive: true, force: true });
});

const get = (address: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${address}`, init);

test('without a dashboard its addresses say so', async () => {
  for (const address of ['/dashboard', '/dashboard/workflows/12']) {
    const answer = await get(address);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('No dashboard yet');
  }
});

test('once it is built every screen gets the page, and files are served by their names', async () => {
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>D</title>');
  writeFileSync(path.join(folder, 'theme.js'), '// theme');
  writeFileSync(path.join(folder, 'assets/main-0a1b2c.js'), '// main');
  for (const address of ['/dashboard', '/dashboard/', '/dashboard/workflows/12', '/dashboard/crm/contacts?q=a']) {
    const answer = await get(address);
    expect([address, answer.status, answer.headers.get('cache-control')]).toEqual([address, 200, 'no-cache']);
    expect(await answer.text()).toContain('<title>D</title>');
  }
  expect(new Set(routes.splice(0))).toEqual(new Set(['/dashboard']));
  const asset = await get('/dashboard/assets/main-0a1b2c.js');
  expect([asset.status, asset.headers.get('content-type'), asset.headers.get('cache-control')]).toEqual([
    ...[200, 'text/javascript; charset=utf-8'],
    'public, max-age=31536000, immutable',
  ]);
  expect(await (await get('/dashboard/theme.js')).text()).toBe('// theme');
});

test('the page runs files of its own alone, and no text becomes code', async () => {
  const { headers } = await get('/dashboard/workflows');
  const policy = headers.get('content-security-policy') ?? '';
  for (const part of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]) {
    expect(policy.split('; ')).toContain(part);
  }
  expect(policy).not.toContain('unsafe');
});

test.each([
  '/dashboard/session',
  '/dashboard/login',
  '/dashboard/invitation',
  '/dashboard/assets/gone-0a1b2c.js',
  '/dashboards',
  '/Dashboard',
])('%s is no screen', async (address) => {
  expect((await get(address)).status).toBe(404);
});

test('a screen takes GET and HEAD only', async () => {
  const answer = await get('/dashboard/workflows', { method: 'POST', body: '{}' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test.each(['/dashboard/..%2f..%2fpackage.json', '/dashboard/assets/..%2findex.html', '/dashboard/%00'])(
  '%s leads to no file outside of the folder',
  async (address) => {
    const text = await (await get(address)).text();
    expect(text).not.toContain('"workspaces"');
  },
);
