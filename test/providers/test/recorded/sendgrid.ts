import type { Recorded, RecordedTable } from './table.ts';

const date = 'Fri, 27 Nov 2026 07:00:00 GMT';
const error = (status: number, message: string, means: Recorded['means'], more: Partial<Recorded> = {}): Recorded => ({
  what: message,
  to: 'send_email',
  status,
  body: { errors: [{ message, field: null, help: null }] },
  means,
  code: `http_${status}`,
  ...more,
});

export const sendgridAnswers: RecordedTable = {
  provider: 'sendgrid',
  answers: [
    { what: 'a mail that was taken', to: 'send_email', status: 202, headers: { 'x-message-id': 'abc' }, means: 'ok' },
    { what: 'a suppression that is gone', to: 'remove_group_suppression', status: 404, means: 'done' },
    {
      what: 'nobody with the address',
      to: 'find_contact',
      status: 404,
      body: { errors: [{ message: 'not found' }] },
      means: 'done',
    },
    error(429, 'too many requests', 'rate_limited', {
      headers: {
        date,
        'x-ratelimit-limit': '600',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Date.parse(date) / 1000 + 20),
      },
      retryAfterMs: 20_000,
    }),
    error(401, 'Maximum credits exceeded', 'temporary', { what: 'a 401 of a key that is alive' }),
    error(403, 'access temporarily blocked', 'temporary'),
    error(503, 'Service unavailable', 'temporary'),
    { what: 'a 500 to a mail', to: 'send_email', status: 500, means: 'unknown', code: 'http_500' },
    { what: 'a 502 to a read', to: 'list_lists', status: 502, body: '<html>', means: 'temporary', code: 'http_502' },
    error(400, 'Does not contain a valid address.', 'permanent', {
      body: {
        errors: [{ message: 'Does not contain a valid address.', field: 'personalizations.0.to.0.email', help: null }],
      },
      field: 'personalizations.0.to.0.email',
    }),
    error(413, 'Payload too large', 'permanent'),
    error(403, 'The from address does not match a verified Sender Identity.', 'permission'),
    error(403, 'access forbidden', 'permission'),
    error(401, 'The provided authorization grant is invalid, expired, or revoked', 'credentials'),
    {
      what: 'an error for the address inside a 200',
      to: 'find_contact',
      status: 200,
      body: { result: { 'ada@example.com': { error: 'the search failed' } } },
      means: 'per_record',
      field: 'email',
    },
  ],
  never: { operator: 'a key belongs to the customer, and there is no sign-in' },
};
