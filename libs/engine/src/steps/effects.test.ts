import { type JsonObject, parseJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { defineWorkflow, newRun } from '../../test/workflow.ts';
import { advance } from '../index.ts';

const now = new Date('2026-05-06T08:00:00Z');
const mail = { type: 'email', subject: 'Hi {{ first_name }}', body: 'Hello {{ first_name }}' };
const callback = { type: 'webhook_callback', url: 'https://hooks.example.com/{{ id }}' };

function take(step: object, data: JsonObject) {
  return advance(defineWorkflow([step]), newRun(data), now);
}

const requestOf = (step: object, data: JsonObject) => take(step, data).effect?.request;

test('an email is handed out rendered, with the integration that its name means', () => {
  const { state, effect, entries } = take(
    { ...mail, integration_id: 'Gmail', reply_to: '{{ owner }}', connection_key: 'eu', category: 'news' },
    { email: 'ada@example.com', first_name: '<Ada>' },
  );
  expect(state).toMatchObject({ phase: 'effect', stepIndex: 0, attempt: 1, wakeAt: null });
  expect(entries).toEqual([]);
  expect(effect).toEqual({
    key: 'e-1:s0:1',
    kind: 'email',
    stepIndex: 0,
    stepId: 's0',
    visit: 1,
    request: {
      integration_id: 'google_workspace',
      integration_name: 'gmail',
      connection_key: 'eu',
      to: 'ada@example.com',
      from: '',
      reply_to: '',
      subject: 'Hi <Ada>',
      category: 'news',
      text: 'Hello <Ada>',
    },
  });
});

test('a body with tags is HTML, in which values are escaped; the subject is not', () => {
  const request = requestOf(
    { ...mail, body: '<p>{{ first_name }}</p>' },
    { email: 'a@b.c', first_name: '<Ada> & "co"' },
  );
  expect(request).toMatchObject({ html: '<p>&lt;Ada&gt; &amp; &quot;co&quot;</p>', subject: 'Hi <Ada> & "co"' });
});

test('a value cannot bring a further header', () => {
  const request = requestOf(mail, { email: 'a@b.c', first_name: 'A\r\nBcc: evil@example.com\0' });
  expect(request).toMatchObject({ subject: 'Hi A Bcc: evil@example.com' });
});

test.each<[JsonObject, string]>([
  [{}, 'Skipped: no address to send to'],
  [{ email: null }, 'Skipped: no address to send to'],
  [{ email: 'nobody' }, 'Skipped: "nobody" is not an email address'],
  [{ email: 'a@b.c, d@e.f' }, 'Skipped: "a@b.c, d@e.f" is not an email address'],
  [{ email: 'a@b.c\nBcc: d@e.f' }, 'Skipped: "a@b.c Bcc: d@e.f" is not an email address'],
])('an email to %j is skipped and the run goes on', (data, message) => {
  expect(take(mail, { first_name: 'A', ...data })).toMatchObject({
    state: { status: 'completed' },
    entries: [{ status: 'skipped', message }],
  });
});

test('a callback is handed out as one request, its payload as JSON text with every digit', () => {
  const payload = { email: '{{ email }}', score: '{{ score }}', n: 5, nested: [{ ok: true }] };
  const request = requestOf(
    { ...callback, method: 'put', headers: { 'X-Key': '{{ key }}' }, payload, sign_with: 12, timeout_seconds: 5 },
    { id: 7, email: '"a"@b.c', score: parseJson('1.50'), key: 'a\r\nHost: evil' },
  );
  expect(request).toEqual({
    method: 'PUT',
    url: 'https://hooks.example.com/7',
    headers: { 'content-type': 'application/json', 'X-Key': 'a Host: evil' },
    body: '{"email":"\\"a\\"@b.c","score":"1.50","n":5,"nested":[{"ok":true}]}',
    timeout_seconds: 5,
    sign_with: '12',
  });
});

test('a callback without payload has no body, and one with a content type of its own keeps it', () => {
  expect(requestOf({ ...callback, method: 'GET' }, { id: 1 })).toMatchObject({
    headers: {},
    body: null,
    sign_with: null,
  });
  const headers = { 'Content-Type': 'application/vnd.x+json' };
  expect(requestOf({ ...callback, headers, payload: {} }, { id: 1 })).toMatchObject({ headers, body: '{}' });
});

test.each<[object, JsonObject, string]>([
  [
    { url: '{{ url }}' },
    { url: 'file:///etc/passwd' },
    'url must be an http or https URL, but it is "file:///etc/passwd"',
  ],
  [{ url: 'https://{{ host }}/' }, { host: 'a:b@c' }, 'url must be an http or https URL, but it is "https://a:b@c/"'],
  [{ url: '{{ url }}' }, {}, 'url must be an http or https URL, but it is ""'],
])('a callback to %j with %j fails before anything is sent', (config, data, error) => {
  const step = { ...callback, ...config };
  expect(take(step, data)).toMatchObject({ state: { status: 'failed' }, entries: [{ status: 'failed', error }] });
  expect(take({ ...step, on_error: 'continue' }, data)).toMatchObject({ state: { status: 'completed' } });
});
