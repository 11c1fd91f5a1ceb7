import type { Recorded, RecordedTable } from './table.ts';

const requestId = '00000000-0000-4000-8000-000000000001';
const error = (status: number, code: string, means: Recorded['means'], more: Partial<Recorded> = {}): Recorded => ({
  what: `${status} ${code}`,
  to: 'send_email',
  status,
  body: { error: { code, message: `${code}.`, innerError: { date: '2026-11-27T07:00:00', 'request-id': requestId } } },
  means,
  ...(means !== 'done' && { code }),
  ...more,
});

const token = (code: string, numbers: readonly number[], means: Recorded['means'], status = 400): Recorded => ({
  what: `${code} ${numbers.join()} of the token endpoint`,
  to: 'token',
  status,
  body: {
    error: code,
    error_description: `AADSTS${numbers[0]}: Refused`,
    error_codes: numbers,
    correlation_id: requestId,
  },
  means,
  code,
});

export const microsoft365Answers: RecordedTable = {
  provider: 'microsoft365',
  answers: [
    { what: 'a mail that was taken', to: 'send_email', status: 202, means: 'ok' },
    error(409, 'ErrorDuplicateTransactionId', 'done', { to: 'create_event' }),
    error(404, 'ErrorItemNotFound', 'done', { to: 'cancel_event', what: 'an event that is gone' }),
    error(429, 'ApplicationThrottled', 'rate_limited', { headers: { 'retry-after': '10' }, retryAfterMs: 10_000 }),
    error(429, 'TooManyRequests', 'rate_limited', { what: 'a 429 without Retry-After' }),
    error(503, 'TooManyRequests', 'rate_limited', {
      headers: { 'retry-after': '5' },
      retryAfterMs: 5000,
      what: 'throttling in a 503',
    }),
    error(504, 'MailboxConcurrencyThrottled', 'rate_limited', {
      headers: { 'retry-after': '1' },
      retryAfterMs: 1000,
      what: 'throttling in a 504',
    }),
    error(503, 'ServiceUnavailable', 'temporary', { headers: { 'retry-after': '120' }, retryAfterMs: 120_000 }),
    error(500, 'InternalServerError', 'unknown'),
    error(504, 'UnknownError', 'unknown'),
    error(504, 'UnknownError', 'temporary', { to: 'find_events', what: 'a 504 to a read' }),
    error(400, 'ErrorInvalidRecipients', 'permanent'),
    error(404, 'ErrorItemNotFound', 'permanent', { to: 'update_event' }),
    error(403, 'ErrorAccessDenied', 'permission'),
    error(403, 'ErrorSendAsDenied', 'permanent'),
    error(404, 'MailboxNotEnabledForRESTAPI', 'permission'),
    error(401, 'InvalidAuthenticationToken', 'credentials'),
    error(401, 'InvalidAuthenticationToken', 'credentials', {
      what: 'a claims challenge',
      headers: { 'www-authenticate': 'Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="' },
    }),
    error(403, 'Authorization_IdentityNotFound', 'operator'),
    {
      what: 'schedules that nobody may read, inside a 200',
      to: 'check_availability',
      status: 200,
      body: {
        value: [
          { scheduleId: 'ada@example.com', error: { message: 'The mailbox was not found.', responseCode: '5009' } },
        ],
      },
      means: 'per_record',
    },
    token('invalid_grant', [700082], 'credentials'),
    token('invalid_grant', [50173], 'credentials'),
    token('interaction_required', [50076], 'credentials'),
    token('invalid_request', [90002], 'credentials'),
    token('invalid_client', [7000222], 'operator', 401),
    token('unauthorized_client', [700016], 'operator'),
    token('temporarily_unavailable', [90033], 'temporary'),
  ],
  never: {},
};
