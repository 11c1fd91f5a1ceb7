import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { send } from './probe/send.ts';
import { layouts, type Probe, startProbe } from './probe/start-probe.ts';

describe.each(layouts)('%s', (layout) => {
  let probe: Probe;
  beforeAll(async () => {
    probe = await startProbe(layout);
  });
  afterAll(async () => probe[Symbol.asyncDispose]());

  test('a body, the path and allowed headers reach the service, and its answer comes back as it chose', async () => {
    const answer = await send(probe, 'POST', '/api/v1/probe/echo/12', {
      body: { probe: { id: 3, name: 'n', item: { id: 5, color: 'RED' }, rows: [1, { a: null }] } },
      headers: { 'x-probe-in': 'in', 'x-other': 'kept back' },
    });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      id: 12,
      name: 'n',
      item: { id: 5, color: 'red', name: null },
      rows: [1, { a: null }],
      header: 'in',
    });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(answer.text)),
      'cache-control': 'no-store',
      location: '/api/v1/probe/echo/12',
      'x-probe-out': 'out',
    });
    expect(answer.headers.has('x-probe-hidden')).toBe(false);
  });

  test('a request continues the chain that we signed; with any other header, or none, it is a cause itself', async () => {
    const now = new Date();
    const dayBefore = new Date(now.getTime() - 86_400_000);
    const chain = { organizationId: 1n, cause: 'enrollment:12:4711' };
    const signed = probe.signChain(chain, now);
    const requests: Record<string, string>[] = [
      { 'DripPulse-Chain': signed },
      {},
      { 'DripPulse-Chain': signed.replace('4711', '4712') },
      { 'DripPulse-Chain': probe.signChain(chain, dayBefore) },
      { 'DripPulse-Chain': probe.signChain({ ...chain, organizationId: 2n }, now) },
      { 'x-cause': '1 enrollment:12:4711' },
    ];
    probe.log.causes.splice(0);
    for (const headers of requests) {
      const { status } = await send(probe, 'POST', '/api/v1/probe/echo/1', { body: { probe: { name: 'n' } }, headers });
      expect(status).toBe(201);
    }
    expect(probe.log.causes).toEqual([chain.cause, undefined, undefined, undefined, undefined, undefined]);
  });

  test('query parameters reach the service, and the one field that answers is the whole answer', async () => {
    const answer = await send(probe, 'GET', '/api/v1/probe/items/?tags=a&tags[]=b&big=9&ready=1&color=dark_blue&x=y');
    expect(answer).toMatchObject({ status: 200, json: { id: 9, tags: ['a', 'b'], ready: true, color: 'dark_blue' } });
  });

  test('PATCH tells the service which members were there', async () => {
    const answer = await send(probe, 'PATCH', '/api/v1/probe/items/3', {
      body: { item: { color: null }, extra: [1.5] },
    });
    expect(answer.json).toMatchObject({ id: 3, name: 'extra,color', color: null, extra: [1.5] });
  });

  test('a service may choose status and headers, and answer bytes', async () => {
    const answer = await send(probe, 'GET', '/probe/redirect', { role: '' });
    expect(answer).toMatchObject({ status: 302, text: 'there' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      location: 'https://example.com/there',
      'cache-control': 'private',
      'content-type': 'text/plain',
    });
  });

  test('HEAD answers like GET, without the body', async () => {
    const [get, head] = [
      await send(probe, 'GET', '/api/v1/probe/items'),
      await send(probe, 'HEAD', '/api/v1/probe/items'),
    ];
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect(await send(probe, 'HEAD', '/nowhere')).toMatchObject({ status: 404, text: '' });
  });

  test('raw bytes reach the service as they are, at each of its paths, without a credential', async () => {
    for (const path of ['/probe/raw', '/api/v1/probe/raw']) {
      const headers = { 'content-type': 'text/x; a=b', 'x-probe-signature': 's' };
      const answer = await send(probe, 'POST', path, { role: '', raw: '{"not json', headers });
      expect(answer.json).toEqual({ content_type: 'text/x; a=b', size: 10, signature: 's' });
    }
    expect((await send(probe, 'POST', '/probe/raw', { role: '' })).json).toMatchObject({ size: 0 });
  });

  test.each([
    ['malformed', 400],
    ['unauthenticated', 401],
    ['permission_denied', 403],
    ['not_found', 404],
    ['already_exists', 409],
    ['aborted', 409],
    ['too_large', 413],
    ['invalid', 422],
    ['failed_precondition', 422],
    ['resource_exhausted', 429],
    ['unavailable', 503],
  ])('an error of kind %s answers %i in the one shape', async (fail, status) => {
    const answer = await send(probe, 'POST', '/api/v1/probe/echo/1?q=1', {
      body: { name: 'n', fail },
      headers: { 'x-request-id': 'abc' },
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer).toMatchObject({
      status,
      json: {
        type: `/docs/errors#probe_${fail}`,
        title: expect.any(String),
        status,
        detail: `It is ${fail}.`,
        instance: '/api/v1/probe/echo/1',
        error: `probe_${fail}`,
        message: `It is ${fail}.`,
        errors: fail === 'invalid' ? { 'item.id': ['is no good'] } : {},
        request_id: 'abc',
      },
    });
    expect(answer.headers.get('retry-after')).toBe({ resource_exhausted: '7', unavailable: '1' }[fail] ?? null);
    expect(answer.headers.has('location')).toBe(false);
  });

  test.each(['bug', 'internal'])(
    'of a failure of ours (%s) nothing is told but the request id, and all of it logged',
    async (fail) => {
      const answer = await send(probe, 'POST', '/api/v1/probe/echo/1', { body: { name: 'n', fail } });
      expect(answer).toMatchObject({ status: 500, json: { message: expect.any(String) } });
      expect(answer.text).not.toContain('secret detail');
      if (fail === 'bug') {
        const id = String(answer.json['request_id']);
        await eventually(() => expect(probe.logged.find((line) => line.includes(id))).toContain('secret detail'));
      }
    },
  );

  test('a service that is away answers 503 with Retry-After', async () => {
    const answer = await send(probe, 'POST', '/api/v1/probe/echo/1', {
      body: { name: 'n', fail: 'unavailable_status' },
    });
    expect(answer).toMatchObject({ status: 503, json: { error: 'service_unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  test('a call ends at the deadline of its method, and the service hears of it', async () => {
    const before = probe.log.cancelled.length;
    const answer = await send(probe, 'POST', '/api/v1/probe/echo/1', { body: { name: 'n', delay_ms: 20_000 } });
    expect(answer).toMatchObject({ status: 504, json: { error: 'deadline_exceeded' } });
    // The deadline is enforced at both ends. The service sees its own deadline or the client's cancellation, whichever
    // comes first.
    await eventually(() => expect(probe.log.cancelled).toHaveLength(before + 1));
  });

  test('a client that leaves cancels its call', async () => {
    const before = { delayed: probe.log.delayed, cancelled: probe.log.cancelled.length };
    const client = new AbortController();
    const leaving = fetch(`${probe.url}/api/v1/probe/echo/1`, {
      method: 'POST',
      headers: { authorization: 'Bearer editor', 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'n', delay_ms: 20_000 }),
      signal: client.signal,
    });
    await eventually(() => expect(probe.log.delayed).toBe(before.delayed + 1));
    client.abort();
    await expect(leaving).rejects.toThrow();
    await eventually(() => expect(probe.log.cancelled.slice(before.cancelled)).toEqual(['echo']));
    await eventually(() =>
      expect(probe.answered.at(-1)).toMatchObject({ status: 499, route: '/api/v1/probe/echo/{id}' }),
    );
  });

  test.each([
    ['bare', 'key-1', 'key-1'],
    ['quoted', '"key-1"', 'key-1'],
    ['of 255 characters', 'k'.repeat(255), 'k'.repeat(255)],
  ])('an Idempotency-Key %s reaches the service, and its mark of a replay the client', async (_, header, key) => {
    const headers = { 'idempotency-key': header };
    const answer = await send(probe, 'POST', '/api/v1/probe/echo/1', { body: { name: 'n' }, headers });
    expect(answer.json).toMatchObject({ header: key });
    expect(answer.headers.get('idempotent-replayed')).toBe('true');
  });

  test.each(['', '""', 'a b', 'é', 'k'.repeat(256)])('the Idempotency-Key %j is refused', async (key) => {
    const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') };
    const answer = await send(probe, 'POST', '/api/v1/probe/echo/1', { body: { name: 'n' }, headers });
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_idempotency_key' } });
    // Methods without idempotency ignore the header.
    expect((await send(probe, 'PATCH', '/api/v1/probe/items/1', { body: {}, headers })).status).toBe(200);
  });
});
