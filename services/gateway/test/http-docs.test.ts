import { publicServices } from '@drippulse/proto/public-services';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routesOf } from '../src/transcoder/routes.ts';
import { openSocket, readToEnd } from './probe/raw-http.ts';
import { send } from './probe/send.ts';
import { type Probe, startProbe } from './probe/start-probe.ts';

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe('in memory');
});
afterAll(async () => probe[Symbol.asyncDispose]());

const get = (path: string) => send(probe, 'GET', path, { role: '' });

test.each(['/docs', '/docs/console.html'])(
  '%s loads only from here, and everything it loads is there',
  async (path) => {
    const page = await get(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const loaded = [...page.text.matchAll(/<(?:script|link|img)\s[^>]*(?:src|href)="([^"]+)"/g)].map(
      ([, url]) => url ?? '',
    );
    expect(loaded.length).toBeGreaterThan(3);
    for (const url of loaded) {
      expect(url).toMatch(/^\/docs(\/|$)/);
      expect((await get(url)).status).toBe(200);
    }
    expect(page.text).not.toMatch(/<script>|style="/);
  },
);

test.each([
  ['text/markdown', 'markdown'],
  ['text/markdown, text/html;q=0.9, */*;q=0.1', 'markdown'],
  ['text/markdown, text/html, */*', 'markdown'],
  ['text/html, text/markdown', 'html'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'html'],
  ['text/markdown;q=0, */*', 'html'],
  ['text/*', 'html'],
  ['*/*', 'html'],
  ['application/json', 'html'],
  [';;=,/;q=2', 'html'],
])('a client that accepts %s gets a page as %s, and caches are told', async (accept, form) => {
  const answer = await send(probe, 'GET', '/docs/errors', { role: '', headers: { accept } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe(`text/${form}; charset=utf-8`);
  expect(answer.headers.get('vary')?.toLowerCase().split(', ')).toContain('accept');
  expect(answer.text).toMatch(form === 'html' ? /^<!doctype html>/ : /^# Errors\n/);
});

test.each([
  ['/docs', '/docs/index.html'],
  ['/docs/errors', '/docs/errors.html'],
])('a page is at %s and at %s', async (short, long) => {
  expect((await get(short)).text).toBe((await get(long)).text);
});

test('the OpenAPI document is served and holds the public paths', async () => {
  const { status, json } = await get('/docs/skills/drippulse-openapi-v1.json');
  expect([status, json['openapi']]).toEqual([200, '3.1.0']);
  const [route] = routesOf(publicServices[0]);
  expect(json['paths']).toHaveProperty([route?.template ?? '']);
});

test('the manifest is served, and says of each operation where it is', async () => {
  const { status, json } = await get('/docs/skills/manifest.json');
  expect(status).toBe(200);
  const [route] = routesOf(publicServices[0]);
  expect(json['operations']).toContainEqual(
    expect.objectContaining({ path: route?.template, method: route?.httpMethod }),
  );
});

test('the reason of any error of the gateway is explained where its type points', async () => {
  const errors = [
    await get('/nowhere'),
    await send(probe, 'PUT', '/docs', { role: '' }),
    await get('/api/v1/probe/items'),
  ];
  for (const { json } of errors) {
    const [path = '', anchor] = String(json['type']).split('#');
    expect((await get(path)).text).toContain(`id="${anchor}"`);
  }
});

test('a page answers whatever the case of its path, and when the target is a whole URL', async () => {
  expect((await get('/Docs/Errors/')).status).toBe(200);
  const socket = await openSocket(
    probe,
    'GET http://api.example.com/docs/errors?a=1 HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n',
  );
  expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*id="malformed_json"/);
});

test('docs take GET and HEAD only', async () => {
  const answer = await send(probe, 'POST', '/docs/errors', { role: '' });
  expect(answer).toMatchObject({ status: 405, json: { error: 'method_not_allowed' } });
  expect(answer.headers.get('allow')).toBe('GET, HEAD');
  expect(await send(probe, 'HEAD', '/docs/', { role: '' })).toMatchObject({ status: 200, text: '' });
});
