import type { Recorded, RecordedTable } from './table.ts';

const date = 'Fri, 27 Nov 2026 07:00:00 GMT';

function error(
  status: number,
  reason: string,
  means: Recorded['means'],
  more: Partial<Recorded> & { message?: string } = {},
): Recorded {
  const { message = reason, ...rest } = more;
  return {
    what: `${status} ${reason}`,
    to: 'send_email',
    status,
    body: { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } },
    means,
    ...(means !== 'done' && { code: reason }),
    ...rest,
  };
}

const token = (status: number, code: string, means: Recorded['means'], more: object = {}): Recorded => ({
  what: `${code} of the token endpoint`,
  to: 'token',
  status,
  body: { error: code, error_description: 'Refused', ...more },
  means,
  code,
});

export const googleWorkspaceAnswers: RecordedTable = {
  provider: 'google_workspace',
  answers: [
    {
      what: 'a mail that was sent',
      to: 'send_email',
      status: 200,
      body: { id: '18c', threadId: '18c', labelIds: ['SENT'] },
      means: 'ok',
    },
    error(409, 'duplicate', 'done', { to: 'create_event', what: 'an event that is there' }),
    error(410, 'deleted', 'done', { to: 'delete_event', what: 'an event that is gone' }),
    error(404, 'notFound', 'done', { to: 'delete_event', what: 'an event that never was' }),
    error(404, 'notFound', 'permanent', { to: 'update_event' }),
    error(403, 'rateLimitExceeded', 'rate_limited'),
    error(403, 'userRateLimitExceeded', 'rate_limited', {
      message: 'User-rate limit exceeded. Retry after 2026-11-27T07:00:30.000Z',
      headers: { date },
      retryAfterMs: 30_000,
    }),
    error(403, 'dailyLimitExceeded', 'rate_limited', { retryAfterMs: 3_600_000 }),
    {
      what: 'a 429 of Sheets',
      to: 'append_row',
      status: 429,
      body: {
        error: {
          code: 429,
          message: 'Quota exceeded',
          status: 'RESOURCE_EXHAUSTED',
          details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' }],
        },
      },
      means: 'rate_limited',
      code: 'RATE_LIMIT_EXCEEDED',
    },
    error(403, 'backendError', 'temporary'),
    { what: 'a 503', to: 'send_email', status: 503, body: '<html>', means: 'temporary', code: 'http_503' },
    error(500, 'internalError', 'unknown'),
    error(500, 'internalError', 'temporary', { to: 'find_rows', what: 'a 500 to a read' }),
    error(400, 'invalidArgument', 'permanent'),
    error(403, 'insufficientPermissions', 'permission'),
    error(403, 'forbidden', 'permission'),
    {
      what: 'a missing scope as the newer APIs say it',
      to: 'find_rows',
      status: 403,
      body: {
        error: {
          code: 403,
          message: 'Request had insufficient authentication scopes.',
          status: 'PERMISSION_DENIED',
          details: [{ reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }],
        },
      },
      means: 'permission',
      code: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    },
    error(401, 'authError', 'credentials'),
    error(403, 'accessNotConfigured', 'operator'),
    {
      what: 'calendars that nobody may read, inside a 200',
      to: 'check_availability',
      status: 200,
      body: { calendars: { 'ada@example.com': { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] } } },
      means: 'per_record',
      code: 'notFound',
    },
    token(400, 'invalid_grant', 'credentials'),
    token(400, 'invalid_grant', 'credentials', { error_subtype: 'invalid_rapt' }),
    token(401, 'invalid_client', 'operator'),
    token(401, 'deleted_client', 'operator'),
  ],
  never: {},
};
