import type { Recorded, RecordedTable } from './table.ts';

const error = (
  status: number,
  code: number,
  message: string,
  means: Recorded['means'],
  more: Partial<Recorded> = {},
): Recorded => ({
  what: `${status} ${code} ${message}`,
  to: 'create_meeting',
  status,
  body: { code, message },
  means,
  ...(means !== 'done' && { code: String(code) }),
  ...more,
});

export const zoomAnswers: RecordedTable = {
  provider: 'zoom',
  answers: [
    { what: 'a meeting that was changed', to: 'update_meeting', status: 204, means: 'ok' },
    error(404, 3001, 'Meeting does not exist.', 'done', { to: 'delete_meeting' }),
    error(404, 3001, 'Meeting does not exist.', 'permanent', {
      to: 'get_meeting',
      what: 'a meeting that is not there',
    }),
    error(429, 429, 'You have reached the maximum per-second rate limit.', 'rate_limited', {
      headers: { 'x-ratelimit-type': 'QPS', 'x-ratelimit-category': 'Medium' },
      retryAfterMs: 1000,
    }),
    error(429, 429, 'You have reached the daily rate limit.', 'rate_limited', {
      headers: {
        'x-ratelimit-type': 'Daily-limit',
        date: 'Fri, 27 Nov 2026 23:59:00 GMT',
        'retry-after': '2026-11-28T00:00:00Z',
      },
      retryAfterMs: 60_000,
    }),
    { what: 'a 503', to: 'create_meeting', status: 503, body: '<html>', means: 'temporary', code: 'http_503' },
    error(400, 5010, 'Internal error.', 'temporary'),
    { what: 'a 500', to: 'create_meeting', status: 500, body: '', means: 'unknown', code: 'http_500' },
    error(400, 300, 'Validation Failed.', 'permanent', {
      body: { code: 300, message: 'Validation Failed.', errors: [{ field: 'start_time', message: 'Invalid field.' }] },
      field: 'start_time',
    }),
    error(404, 3043, 'The registration is full.', 'permanent', { to: 'add_meeting_registrant' }),
    error(400, 4711, 'Invalid access token, does not contain scopes:[meeting:write:meeting].', 'permission'),
    error(401, 4711, 'Invalid access token, does not contain scopes:[meeting:write:meeting].', 'permission'),
    error(400, 200, 'Webinar plan is missing. You must subscribe to the webinar plan.', 'permission', {
      to: 'create_webinar',
    }),
    error(404, 1010, 'User does not belong to this account.', 'permission'),
    error(401, 124, 'Access token is expired.', 'credentials'),
    {
      what: 'a refresh token that was used',
      to: 'token',
      status: 400,
      body: { reason: 'Invalid Token!', error: 'invalid_request' },
      means: 'credentials',
    },
    {
      what: 'a refresh token that ended',
      to: 'token',
      status: 401,
      body: { reason: 'Token expired', error: 'invalid_grant' },
      means: 'credentials',
    },
    {
      what: 'a wrong client secret',
      to: 'token',
      status: 401,
      body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' },
      means: 'operator',
    },
  ],
  never: { per_record: 'no call of ours is a batch' },
};
