import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { request as get, linkIn, messageIdIn, readMails, sendSigned } from '../src/tracked-mails.ts';

const bounceSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let platform: RunningPlatform;
let mail: string;

beforeAll(async () => {
  platform = await startLayout('start', { env: { BOUNCE_WEBHOOK_SECRET: bounceSecret } });
  const steps = [
    { type: 'trigger', name: 'Start' },
    {
      type: 'email',
      name: 'Hello',
      config: {
        integration_id: 'nurture',
        track_opens: true,
        track_clicks: true,
        subject: 'Hello',
        body: '<p><a href="https://shop.example/?a=1&amp;b=2">Shop</a></p>',
      },
    },
  ];
  const { body: workflow } = await platform.api.post('/api/v1/workflows', { name: 'Hello', status: 'active', steps });
  const contacts = [{ email: 'ada@example.com' }];
  await platform.api.post(`/api/v1/workflows/${workflow.id}/enrollments/bulk`, { contacts });
  mail = await eventually(() => {
    const [first] = readMails(platform);
    if (first === undefined) throw new Error('no mail is there');
    return first;
  });
});
afterAll(() => platform?.dispose());

const linkOf = (kind: Parameters<typeof linkIn>[1]) => linkIn(mail, kind);

test('links of a mail lead to the platform that sent it, at both prefixes', async () => {
  for (const kind of ['pixel.gif', 'click', 'unsubscribe'] as const) {
    expect(linkOf(kind)).toMatch(new RegExp(`^${platform.baseUrl}/track/n/`));
    const both = [linkOf(kind), linkOf(kind).replace('/track/', '/api/v1/track/')];
    const [root, api] = await Promise.all(both.map(async (url) => (await get(url)).status));
    expect(root).toBe(kind === 'click' ? 302 : 200);
    expect(api).toBe(root);
  }
});

test('a pixel is a GIF that nobody keeps, whatever the token and the client send', async () => {
  const hostile = [
    '',
    '?token=',
    '?token=x',
    '?token=%00%ff',
    '?token=a&token=b',
    `?token=${'A'.repeat(12_000)}`,
    '?x=1',
  ];
  const clients: RequestInit[] = [{}, { headers: { 'user-agent': 'é\u00ff' } }, { headers: { 'x-moz': 'prefetch' } }];
  for (const url of [linkOf('pixel.gif'), ...hostile.map((query) => `${platform.baseUrl}/track/n/pixel.gif${query}`)]) {
    for (const client of clients) {
      const answer = await get(url, client);
      expect([url, answer.status, answer.headers.get('content-type')]).toEqual([url, 200, 'image/gif']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(
        Buffer.from(await answer.arrayBuffer())
          .subarray(0, 6)
          .toString(),
      ).toBe('GIF89a');
    }
  }
  const head = await get(linkOf('pixel.gif'), { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type'), (await head.arrayBuffer()).byteLength]).toEqual([
    200,
    'image/gif',
    0,
  ]);
});

test('a click goes to its own address alone, and any other token to a page', async () => {
  const answer = await get(linkOf('click'));
  expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://shop.example/?a=1&b=2']);
  const token = new URL(linkOf('click')).searchParams.get('token') ?? '';
  for (const t of ['', 'https://evil.example/', `${token}x`, token.slice(1)]) {
    const refused = await get(
      `${platform.baseUrl}/track/n/click?token=${encodeURIComponent(t)}&url=https://evil.example/`,
    );
    expect([refused.status, refused.headers.get('location')]).toEqual([404, null]);
    expect(refused.headers.get('content-type')).toContain('text/html');
    expect(refused.headers.get('content-security-policy')).toMatch(/default-src 'none'.*form-action 'self'/);
    expect(await refused.text()).toContain('No such link');
  }
});

test('one click of a mail client unsubscribes, and the page works without scripts', async () => {
  expect(mail).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  const question = await get(linkOf('unsubscribe'));
  expect(question.headers.get('content-security-policy')).not.toContain('script');
  expect(await question.text()).toMatch(/ada@example\.com.*<form method="post">.*<button type="submit">Unsubscribe/s);
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  for (let times = 1; times <= 2; times += 1) {
    const answer = await get(linkOf('unsubscribe'), { method: 'POST', body });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('You are unsubscribed');
  }
  const garbage = await get(linkOf('unsubscribe'), { method: 'POST', body: Buffer.alloc(1 << 20, 7) });
  expect(garbage.status).toBe(413);
});

test('reports without a signature, and a megabyte of anything, are refused in the same way', async () => {
  for (const body of ['{}', Buffer.alloc(1 << 20, 7), '[]']) {
    const answer = await get(`${platform.baseUrl}/webhooks/nurture/bounce`, { method: 'POST', body });
    expect([answer.status, Object(await answer.json()).error]).toEqual([401, 'invalid_signature']);
  }
  const connected = await get(`${platform.baseUrl}/webhooks/nurture/bounce?connection=1`, {
    method: 'POST',
    body: '{}',
  });
  expect([connected.status, Object(await connected.json()).error]).toEqual([404, 'connection_not_found']);
});

test('a megabyte of garbage with a right signature gets a clear answer at both inbound routes, and nothing is lost', async () => {
  const messageId = messageIdIn(mail);
  const { body: inbound } = await platform.api.post('/api/v1/account/inbound_secrets/lead_scoring', {});
  const { body: lead } = await platform.api.post('/api/v1/crm/leads', { email: 'judged@example.com' });
  const routes = [
    {
      path: '/webhooks/nurture/bounce',
      secret: bounceSecret,
      most: 1 << 20,
      right: { type: 'bounce', bounce_type: 'soft', message_id: messageId },
      answer: { status: 200, body: { accepted: 1, duplicate: false } },
    },
    {
      path: inbound.public_path,
      secret: inbound.secret,
      most: 1 << 16,
      right: { lead: { public_id: lead.public_id }, score: 0.5 },
      answer: { status: 202, body: { duplicate: false } },
    },
  ];
  for (const { path: route, secret, most, right, answer } of routes) {
    const garbage = [
      { size: most, byte: 7, status: 400, error: 'malformed_json' },
      { size: most, byte: 0xff, status: 400, error: 'malformed_json' },
      { size: most, byte: '[', status: 400, error: 'too_deep' },
      // For each route, a body above the route's limit.
      { size: 5 << 20, byte: 7, status: 413, error: 'body_too_large' },
      ...(most < 1 << 20 ? [{ size: 1 << 20, byte: 7, status: 413, error: 'body_too_large' }] : []),
    ];
    for (const { size, byte, status, error } of garbage) {
      const refused = await sendSigned(`${platform.baseUrl}${route}`, secret, {
        id: 'msg_garbage',
        body: Buffer.alloc(size, byte),
      });
      expect({ route, ...refused }).toMatchObject({ route, status, body: { error, message: expect.any(String) } });
    }
    const taken = await sendSigned(`${platform.baseUrl}${route}`, secret, {
      id: 'msg_garbage',
      body: JSON.stringify(right),
    });
    expect({ route, ...taken }).toMatchObject({ route, ...answer });
  }
  const { body: judged } = await platform.api.get(`/api/v1/crm/leads/${lead.public_id}`);
  expect(judged).toMatchObject({ score: 50 });
});
