import { DomainError } from '@drippulse/errors';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { send } from './probe/send.ts';
import { type Probe, startProbe } from './probe/start-probe.ts';

const echo = '/api/v1/probe/echo/1';
let probe: Probe;
let isOverLimit = false;

beforeAll(async () => {
  probe = await startProbe('in memory', {
    rateLimit: async (limitClass, authenticated) => ({
      headers: { 'ratelimit-policy': `"class ${limitClass}"` },
      ...(isOverLimit && {
        refusal: new DomainError('resource_exhausted', 'rate_limited', `Too fast, ${authenticated?.limitKey}.`, {
          retryAfterSeconds: 2.2,
        }),
      }),
    }),
  });
});
afterAll(async () => probe[Symbol.asyncDispose]());

test('checks come in one order: route, bearer, rate, role, size, content type, parse, service', async () => {
  isOverLimit = true;
  const everythingWrong = { raw: `{${' '.repeat(1 << 20)}`, headers: { 'content-type': 'text/plain' } };
  const answers = [
    await send(probe, 'POST', '/api/v1/probe/nowhere', { ...everythingWrong, role: '' }),
    await send(probe, 'PUT', echo, { ...everythingWrong, role: '' }),
    await send(probe, 'POST', echo, { ...everythingWrong, role: '' }),
    await send(probe, 'POST', echo, { ...everythingWrong, role: 'viewer' }),
  ];
  isOverLimit = false;
  answers.push(
    await send(probe, 'POST', echo, { ...everythingWrong, role: 'viewer' }),
    await send(probe, 'POST', echo, everythingWrong),
    await send(probe, 'POST', echo, { raw: '{', headers: { 'content-type': 'text/plain' } }),
    await send(probe, 'POST', echo, { raw: '{', headers: { 'content-type': 'application/json' } }),
    await send(probe, 'POST', echo, { body: { fail: 'not_found' } }),
    await send(probe, 'POST', echo, { body: { name: 'n', fail: 'not_found' } }),
  );
  expect(answers.map(({ status, json }) => [status, json['error']])).toEqual([
    [404, 'route_not_found'],
    [405, 'method_not_allowed'],
    [401, 'unauthenticated'],
    [429, 'rate_limited'],
    [403, 'insufficient_role'],
    [413, 'body_too_large'],
    [415, 'unsupported_media_type'],
    [400, 'malformed_json'],
    [400, 'parameter_missing'],
    [404, 'probe_not_found'],
  ]);
  const [, method, bearer, rate] = answers;
  expect(method?.headers.get('allow')).toBe('POST');
  expect(bearer?.headers.get('www-authenticate')).toContain('Bearer');
  expect(rate?.headers.get('retry-after')).toBe('3');
  expect(rate?.headers.get('ratelimit-policy')).toBe('"class 0"');
});

test('limits are told on success and error alike', async () => {
  expect((await send(probe, 'POST', echo, { body: { name: 'n' } })).headers.has('ratelimit-policy')).toBe(true);
  expect((await send(probe, 'POST', echo, { body: {} })).headers.has('ratelimit-policy')).toBe(true);
});

test.each(['OPTIONS', 'TRACE', 'PROPFIND', 'DELETE'])(
  '%s on a known path is 405 with what it takes',
  async (method) => {
    // fetch itself refuses TRACE.
    if (method === 'TRACE') return;
    const answer = await send(probe, method, '/api/v1/probe/items', { role: '' });
    expect(answer).toMatchObject({ status: 405, json: { error: 'method_not_allowed' } });
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  },
);

test.each(['/api', '/api/v1/probe', '/api/v1/probe/items/1/2', '/api/v1/probe/items//', '/%00', '/docs/nowhere'])(
  '%s is not a path',
  async (path) => {
    expect(await send(probe, 'GET', path, { role: '' })).toMatchObject({
      status: 404,
      json: { error: 'route_not_found' },
    });
  },
);

test('whoever opens the bare address lands at the docs', async () => {
  const answer = await send(probe, 'GET', '/', { role: '' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/docs']);
});

test.each([
  ['application/json', 201],
  ['application/json; charset=utf-8', 201],
  ['Application/JSON;charset="UTF-8"', 201],
  ['application/merge-patch+json', 201],
  ['application/json; charset=latin1', 415],
  ['text/json', 415],
  ['application/x-www-form-urlencoded', 415],
  ['multipart/form-data; boundary=x', 415],
])('a body of type %s answers %i', async (contentType, status) => {
  const answer = await send(probe, 'POST', echo, { raw: '{"name": "n"}', headers: { 'content-type': contentType } });
  expect(answer.status).toBe(status);
});

test('where a method says so, a wrong content type is its own 422, also without a body', async () => {
  const bulk = '/api/v1/workflows/1/enrollments/bulk';
  const form = new FormData();
  form.set('contacts', '[]');
  const answers = [
    await send(probe, 'POST', bulk, { raw: form }),
    await send(probe, 'POST', bulk, { raw: '[]', headers: { 'content-type': 'text/plain' } }),
    await send(probe, 'POST', bulk, { headers: { 'content-type': 'text/csv' } }),
  ];
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 422, json: { error: 'no_enrollments_created' } });
  }
  expect(
    await send(probe, 'POST', bulk, { raw: '{"contacts": [', headers: { 'content-type': 'application/json' } }),
  ).toMatchObject({
    status: 400,
    json: { error: 'malformed_json' },
  });
});

test('a method may take more than 1 MiB, and its rows pass unread', async () => {
  const bulk = '/api/v1/workflows/1/enrollments/bulk';
  const headers = { 'content-type': 'application/json' };
  const rows = (size: number) => `["\\u0000",${' '.repeat(size - 12)}1]`;
  const body = (size: number) => `{"enrollment": {"contacts": ${rows(size)}}}`;
  expect(await send(probe, 'POST', bulk, { raw: body(15 << 20), headers })).toMatchObject({
    status: 201,
    json: { created_count: 15 << 20, enrollment_ids: [], skipped: [] },
  });
  expect((await send(probe, 'POST', bulk, { raw: body(16 << 20), headers })).status).toBe(413);
});

test('a request without a body needs no content type', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await send(probe, 'PATCH', '/api/v1/probe/items/1', { headers })).toMatchObject({
    status: 200,
    json: { name: '' },
  });
});

test.each(['gzip', 'br', 'deflate, gzip'])('a body compressed with %s is refused', async (encoding) => {
  const answer = await send(probe, 'POST', echo, { body: { name: 'n' }, headers: { 'content-encoding': encoding } });
  expect(answer).toMatchObject({ status: 415, json: { error: 'unsupported_content_encoding' } });
});

test('a body of 1 MiB is taken and one byte more refused, whether it says its size or not', async () => {
  const body = (size: number) => `{"name": "n"${' '.repeat(size - 13)}}`;
  const chunked = (size: number) => new Blob([body(size)]).stream();
  const headers = { 'content-type': 'application/json' };
  expect((await send(probe, 'POST', echo, { raw: body(1 << 20), headers })).status).toBe(201);
  expect((await send(probe, 'POST', echo, { raw: chunked(1 << 20), headers })).status).toBe(201);
  for (const raw of [body((1 << 20) + 1), chunked((1 << 20) + 1), body(9 << 20), chunked(9 << 20)]) {
    expect(await send(probe, 'POST', echo, { raw, headers })).toMatchObject({
      status: 413,
      json: { error: 'body_too_large' },
    });
  }
});

test('the id of a request is taken when it can be logged, else made, and returned', async () => {
  const idFor = async (id: string) => {
    const answer = await send(probe, 'GET', '/nowhere', { headers: { 'x-request-id': id } });
    expect(answer.json['request_id']).toBe(answer.headers.get('x-request-id'));
    return answer.json['request_id'];
  };
  expect(await idFor('abc-1')).toBe('abc-1');
  expect(await idFor('a'.repeat(128))).toBe('a'.repeat(128));
  for (const bad of ['', 'a b', 'a'.repeat(129), '\u00e9']) {
    expect(await idFor(bad)).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
  }
});

test('a value of a wrong kind is 422 and names its member', async () => {
  const answer = await send(probe, 'POST', echo, { body: { probe: { name: 'n', item: { count: 'x' } } } });
  expect(answer).toMatchObject({
    status: 422,
    json: { error: 'validation_failed', errors: { 'item.count': ['must be an integer'] } },
  });
  expect(await send(probe, 'GET', '/api/v1/probe/items?count=x')).toMatchObject({
    status: 422,
    json: { errors: { count: ['must be an integer'] } },
  });
});

test('a member named like a prototype is reported like any other', async () => {
  const answer = await send(probe, 'POST', echo, {
    raw: '{"name": "n", "__proto__": "\\u0000"}',
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('"errors":{"__proto__":["must not contain a NUL character"]}');
});

test.each(['abc', '0', '-1', '1.5', '9007199254740993', '%00', '%zz'])(
  'the path id %s reaches the service as the id that no resource has',
  async (id) => {
    const answer = await send(probe, 'POST', `/api/v1/probe/echo/${id}`, { body: { name: 'n' } });
    expect(answer.json).toMatchObject({ id: 0 });
  },
);

test('a header that gRPC cannot carry is refused', async () => {
  const answer = await send(probe, 'POST', echo, { body: { name: 'n' }, headers: { 'x-probe-in': 'é' } });
  expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_header' } });
});

test('the address of a client is believed from trusted proxies only', async () => {
  await send(probe, 'GET', '/nowhere', { headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect(probe.answered.at(-1)?.clientAddress).toBe('127.0.0.1');
});
