import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeMember } from '../src/organizations.ts';

let platform: RunningPlatform;
let workflow: { id: number };

beforeAll(async () => {
  platform = await startLayout('start', { env: { WEBHOOK_ALLOW_PRIVATE: 'false' } });
  workflow = (
    await platform.api.post('/api/v1/workflows', { name: 'W', steps: [{ type: 'log', name: 'L', message: 'x' }] })
  ).body;
});
afterAll(() => platform?.dispose());

const bulkPath = () => `/api/v1/workflows/${workflow.id}/enrollments/bulk`;

test.each([
  ['no contacts', {}, 422, 'contacts_required'],
  ['contacts that are not an array', { contacts: 'x' }, 422, 'contacts_required'],
  ['a wrapper without contacts', { enrollment: { timezone: 'UTC' } }, 422, 'contacts_required'],
  ['an empty array', { contacts: [] }, 422, 'contacts_empty'],
  ['rows that are no objects only', { contacts: [1, 'x', null] }, 422, 'no_enrollments_created'],
  ['an unknown agent', { contacts: [{ email: 'a@b.co' }], agent_id: 9 }, 404, 'agent_not_found'],
  ['an unknown time zone', { contacts: [{ email: 'a@b.co' }], timezone: 'Mars/Olympus' }, 422, 'invalid_timezone'],
])('bulk enrollment with %s answers as documented', async (_case, body, status, error) => {
  const answer = await platform.api.post(bulkPath(), body);
  expect(answer).toMatchObject({ status, body: { error, request_id: expect.any(String) } });
});

test('bulk enrollment with a form instead of JSON answers 422 no_enrollments_created', async () => {
  const answer = await platform.api.post(bulkPath(), 'contacts=1', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(answer).toMatchObject({ status: 422, body: { error: 'no_enrollments_created' } });
});

test('more than 10,000 contacts answer 413 too_many_contacts', async () => {
  const contacts = Array.from({ length: 10_001 }, () => ({ a: 1 }));
  expect(await platform.api.post(bulkPath(), { contacts })).toMatchObject({
    status: 413,
    body: { error: 'too_many_contacts' },
  });
});

test('an archived workflow refuses contacts before it checks them', async () => {
  const archived = await platform.api.post('/api/v1/workflows', { name: 'A', status: 'archived', steps: [] });
  const answer = await platform.api.post(`/api/v1/workflows/${archived.body.id}/enrollments/bulk`, {});
  expect(answer).toMatchObject({ status: 422, body: { error: 'workflow_archived' } });
});

test('a bad graph is 400 invalid_step_graph with the index of the step in each message', async () => {
  const answer = await platform.api.post('/api/v1/workflows', {
    name: 'Bad',
    steps: [{ type: 'trigger' }, { type: 'wait', duration: 0, unit: 'hours' }, { type: 'teleport' }],
  });
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_step_graph' } });
  expect(answer.body.errors['steps.1.config.duration'][0]).toMatch(/^Step 1 \(wait\): /);
  expect(JSON.stringify(answer.body.errors)).toMatch(/Step 2 \(teleport\)/);
});

test('a trigger by an event without a name, or with an unknown source, is refused', async () => {
  for (const config of [
    { kind: 'event' },
    { kind: 'schedule', frequency: 'daily', source: { record_type: 'spaceship' } },
  ]) {
    const answer = await platform.api.post('/api/v1/workflows', { name: 'T', steps: [{ type: 'trigger', config }] });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_step_graph' } });
  }
});

test.each([
  ['no credential', 'GET', '/api/v1/workflows', { token: null }, undefined, 401, 'unauthenticated'],
  ['a wrong credential', 'GET', '/api/v1/workflows', { token: 'adcrm_live_nope' }, undefined, 401, 'invalid_token'],
  ['an unknown path', 'GET', '/api/v1/nothing', {}, undefined, 404, 'route_not_found'],
  ['another method on a known path', 'PUT', '/api/v1/workflows', {}, '{}', 405, 'method_not_allowed'],
  ['OPTIONS', 'OPTIONS', '/api/v1/workflows', {}, undefined, 405, 'method_not_allowed'],
  [
    'another content type',
    'POST',
    '/api/v1/workflows',
    { headers: { 'content-type': 'text/plain' } },
    'x',
    415,
    'unsupported_media_type',
  ],
  ['malformed JSON', 'POST', '/api/v1/workflows', {}, '{"name":', 400, 'malformed_json'],
  ['a missing parameter', 'POST', '/api/v1/workflows', {}, '{}', 400, 'parameter_missing'],
  ['an empty name', 'POST', '/api/v1/workflows', {}, '{"name":""}', 422, undefined],
  ['an unknown status', 'POST', '/api/v1/workflows', {}, '{"name":"x","status":"asleep"}', 422, undefined],
  [
    'a body that is too deep',
    'POST',
    '/api/v1/workflows',
    {},
    `{"name":"x","integrations":${'['.repeat(100)}${']'.repeat(100)}}`,
    400,
    'too_deep',
  ],
  [
    'a body that is too large',
    'POST',
    '/api/v1/workflows',
    {},
    JSON.stringify({ name: 'x'.repeat(1_100_000) }),
    413,
    undefined,
  ],
  ['an unknown id', 'GET', '/api/v1/workflows/999999', {}, undefined, 404, 'workflow_not_found'],
  ['an id that is not a number', 'GET', '/api/v1/workflows/abc', {}, undefined, 404, 'workflow_not_found'],
  ['a webhook without url', 'POST', '/api/v1/webhooks', {}, '{"event_type":"*"}', 400, 'parameter_missing'],
  [
    'a webhook without event type',
    'POST',
    '/api/v1/webhooks',
    {},
    '{"url":"https://example.com"}',
    400,
    'parameter_missing',
  ],
  [
    'an unknown event type',
    'POST',
    '/api/v1/webhooks',
    {},
    '{"url":"https://example.com","event_type":"moon.landed"}',
    422,
    'unknown_event_type',
  ],
  [
    'a webhook to a private address',
    'POST',
    '/api/v1/webhooks',
    {},
    '{"url":"https://127.0.0.1/x","event_type":"*"}',
    422,
    'url_not_allowed',
  ],
  [
    'a webhook over plain http',
    'POST',
    '/api/v1/webhooks',
    {},
    '{"url":"http://example.com/x","event_type":"*"}',
    422,
    'url_not_allowed',
  ],
] as const)('%s is refused in the error shape', async (_case, method, path, options, body, status, error) => {
  const answer = await platform.api.request(method, path, body, options);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({
    type: `/docs/errors#${answer.body.error}`,
    status,
    detail: answer.body.message,
    errors: expect.any(Object),
    request_id: answer.headers.get('x-request-id'),
  });
  if (error !== undefined) expect(answer.body.error).toBe(error);
  if (status === 405) expect(answer.headers.get('allow')).toContain('GET');
  if (status === 401) expect(answer.headers.get('www-authenticate')).toContain('Bearer');
});

test('a missing right is 403, a taken value is 409, and too many logins are 429', async () => {
  const viewer = await makeMember(platform, 'viewer', 'only-looks');
  expect(await viewer.post('/api/v1/workflows', { name: 'x' })).toMatchObject({
    status: 403,
    body: { error: 'insufficient_role', status: 403 },
  });
  const lead = { last_name: 'L', external_system: 'their-crm', external_id: '7' };
  expect((await platform.api.post('/api/v1/crm/leads', lead)).status).toBe(201);
  expect(await platform.api.post('/api/v1/crm/leads', lead)).toMatchObject({
    status: 409,
    body: { error: 'external_id_taken', status: 409, errors: { external_id: [expect.any(String)] } },
  });
  const attempt = () =>
    platform.api.as(null).post('/api/v1/auth/login', { username: 'guessed', password: 'guess after guess' });
  const answers = [];
  for (let count = 0; count < 11; count += 1) answers.push(await attempt());
  expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
  expect(answers.at(-1)).toMatchObject({
    body: { error: 'rate_limited', status: 429, request_id: expect.any(String) },
  });
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
});

test('a NUL character and a forbidden key are 422 in a body and skip a bulk row', async () => {
  const nul = await platform.api.post('/api/v1/workflows', '{"name":"a\\u0000b"}');
  expect(nul).toMatchObject({ status: 422, body: { errors: { name: [expect.any(String)] } } });
  const polluted = await platform.api.post('/api/v1/workflows', '{"name":"x","integrations":[{"__proto__":{}}]}');
  expect(polluted.status).toBe(422);
  const rows = await platform.api.post(
    bulkPath(),
    '{"contacts":[{"a":"\\u0000"},{"__proto__":1},{"email":"ok@example.com"}]}',
  );
  expect(rows).toMatchObject({ status: 201, body: { created_count: 1, skipped_invalid_rows: 2 } });
});

test('a repeat with the same key gets the stored answer; another request with that key is refused', async () => {
  const headers = { 'idempotency-key': 'create-1' };
  const first = await platform.api.post('/api/v1/workflows', { name: 'Once' }, { headers });
  const second = await platform.api.post('/api/v1/workflows', { name: 'Once' }, { headers });
  expect(second).toMatchObject({ status: 201, body: first.body });
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  const other = await platform.api.post('/api/v1/workflows', { name: 'Other' }, { headers });
  expect(other).toMatchObject({ status: 422, body: { error: 'idempotency_key_reused' } });
});

test('enrolling twice with one key starts the workflow once, also at the same time', async () => {
  const headers = { 'idempotency-key': 'enroll-1' };
  const body = { contacts: [{ email: 'once@example.com', lead_ref: 'once' }] };
  const answers = await Promise.all([1, 2, 3].map(() => platform.api.post(bulkPath(), body, { headers })));
  for (const answer of answers) expect([201, 409]).toContain(answer.status);
  const list = await platform.api.get(`/api/v1/workflows/${workflow.id}/enrollments?lead_ref=once`);
  expect(list.body.total_count).toBe(1);
});

test('numbers in free JSON keep their digits on the way in and out', async () => {
  const answer = await platform.api.post(
    bulkPath(),
    '{"contacts":[{"lead_ref":"digits","n":12345678901234567890.10,"deep":{"x":1e400}}]}',
  );
  const detail = await platform.api.get(
    `/api/v1/workflows/${workflow.id}/enrollments/${answer.body.enrollment_ids[0]}`,
  );
  expect(detail.text).toContain('12345678901234567890.10');
  expect(detail.text).toContain('1e400');
});

test('templates cannot reach prototypes, read files or loop', async () => {
  const created = await platform.api.post('/api/v1/workflows', {
    name: 'Hostile',
    steps: [{ type: 'log', message: '[{{ constructor.name }}{{ email.constructor }}{{ __proto__ }}]' }],
  });
  const run = await platform.api.post(`/api/v1/workflows/${created.body.id}/test`, {});
  expect(JSON.stringify(run.body.steps)).not.toMatch(/Function|native code|\[object/);
  for (const message of ["{% include '/etc/passwd' %}", "{% render '/etc/passwd' %}"]) {
    const refused = await platform.api.post('/api/v1/workflows', { name: 'F', steps: [{ type: 'log', message }] });
    const text =
      refused.status === 201
        ? (await platform.api.post(`/api/v1/workflows/${refused.body.id}/test`, {})).text
        : refused.text;
    expect(text).not.toContain('root:');
  }
});

test('a callback to a private address is refused when saved, and at connect where a template hid it', async () => {
  const saved = await platform.api.post('/api/v1/workflows', {
    name: 'P',
    steps: [{ type: 'webhook_callback', config: { url: 'https://169.254.169.254/latest', payload: {} } }],
  });
  expect(saved).toMatchObject({ status: 400, body: { error: 'invalid_step_graph' } });
});
